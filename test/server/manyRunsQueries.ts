export const orders = {
  started_at: ['started_at', 'key'],
  created_at: ['created_at', 'key'],
  duration: ['duration', 'started_at', 'key'],
  outcome: ['outcome', 'started_at', 'key'],
  serial_number: ['serial_key', 'started_at', 'key'],
  part_number: ['part', 'revision', 'serial_key', 'started_at', 'key'],
  revision_number: ['revision', 'part_id', 'serial_key', 'started_at', 'key'],
};

const ofFailed = (names: string): string => `key in (
  select run_key from measurements where outcome = 'FAIL' and name in (${names}))`;

/** Filters of the runs of `fillWithRuns`, with the condition of a plain query for the same runs. */
export function filtersOfRuns(count: number, procedure: string, user: string): [Record<string, string>, string][] {
  const half = new Date(Date.UTC(2020, 0, 1) + (count / 2) * 60_000).toISOString();
  return [
    [{}, 'true'],
    [{ outcomes: 'PASS' }, "outcome = 'PASS'"],
    [{ outcomes: 'FAIL' }, "outcome = 'FAIL'"],
    [{ outcomes: 'ERROR' }, "outcome = 'ERROR'"],
    [{ procedure_ids: procedure }, `procedure_id = '${procedure}'`],
    [{ search_query: 'sn-' }, 'true'],
    [{ search_query: 'N-12' }, "serial_key like '%n-12%'"],
    [{ search_query: '9' }, "serial_key like '%9%'"],
    [{ part_numbers: 'pcba-3', outcomes: 'PASS' }, "part = 'pcba-3' and outcome = 'PASS'"],
    [{ batch_numbers: 'B-77' }, "serial_key like '%77'"],
    [
      { batch_numbers: 'B-79', part_numbers: 'pcba-9', outcomes: 'FAIL' },
      "serial_key like '%79' and part = 'pcba-9' and outcome = 'FAIL'",
    ],
    [{ revision_numbers: 'a', created_by_user_ids: user }, 'true'],
    [{ procedure_versions: '1.0.0' }, 'true'],
    [{ ended_before: half }, `ended_at <= ${Date.parse(half)}`],
    [{ started_after: half, duration_min: 'PT1M0.5S' }, `started_at >= ${Date.parse(half)} and duration >= 60500`],
    [{ created_before: half, outcomes: 'FAIL' }, `created_at <= ${Date.parse(half)} and outcome = 'FAIL'`],
    [
      { metadata: '{"fixture":{"contains":"f-1"}}' },
      "key in (select run_key from run_metadata where cast(value as text) like '%F-1%')",
    ],
    [{ failed_measurements: 'voltage' }, ofFailed("'voltage'")],
    [{ failed_measurements: 'often' }, 'key % 2 = 0'],
    [{ failed_measurements: 'rare', part_numbers: 'pcba-9' }, `part = 'pcba-9' and ${ofFailed("'rare'")}`],
    [{ failed_measurements: 'Voltage' }, 'false'],
    [
      { failed_measurements: 'often', started_after: half, part_numbers: 'pcba-3' },
      `started_at >= ${Date.parse(half)} and part = 'pcba-3' and key % 2 = 0`,
    ],
    [{ samples: 'production' }, 'true'],
    [{ samples: 'golden' }, 'false'],
    [{ environments: 'production' }, 'false'],
  ];
}

/** The plainest query for a page of runs. */
export const plainQuery = (where: string, by: readonly string[], direction: string, page: string): string =>
  `select id from (
           select r.*, u.serial_key, rev.number_key as revision, rev.part_id, p.number_key as part from runs as r
           join units as u on u.id = r.unit_id join revisions as rev on rev.id = u.revision_id
           join parts as p on p.id = rev.part_id
         ) as r where ${where} order by ${by.map((column) => `${column} ${direction}`).join()} ${page}`;
