import { type RawBuilder, sql } from 'kysely';
import type { MeasuredValue, MeasurementName } from '../../shared/analytics/answers.ts';
import { isReading } from '../../shared/analytics/summarizeDay.ts';
import type { AnalyticsFilter } from '../../shared/contract/analytics.ts';
import { isLastAttempt } from '../store/attempts.ts';
import type { Store } from '../store/tables.ts';
import { isCounted } from './countedRuns.ts';
import { limitsFromJson } from './readRuns.ts';

interface ValueRow {
  run_id: string;
  serial_number: string;
  station: string | null;
  started_at: number;
  outcome: string;
  value: unknown;
  validators_json: string;
}

export interface ValueRange {
  readonly from: number;
  readonly to: number;
  /** The newest so many. */
  readonly limit: number;
}

/** Returns the numeric values of a measurement, oldest first, without those of retried attempts. */
export async function readValues(
  store: Store,
  procedureId: string,
  name: MeasurementName,
  filter: AnalyticsFilter,
  { from, to, limit }: ValueRange,
): Promise<MeasuredValue[]> {
  const { rows } = await sql<ValueRow>`
    select r.id as run_id, u.serial_number, s.name as station, r.started_at, m.value ->> 1 as outcome, m.value ->> 7 as value,
      m.value -> 5 as validators_json
    from runs as r
    cross join units as u on u.id = r.unit_id
    cross join phases as p on p.run_key = r.key
    cross join json_each(p.measurements_json) as m
    left join stations as s on s.id = r.created_by_station_id
    where r.procedure_id = ${procedureId} and r.started_at >= ${from} and r.started_at <= ${to}
      and ${isCounted('r')} and p.name = ${name.phase_name} and m.value ->> 0 = ${name.measurement_name}
      and json_type(m.value, '$[7]') in ('integer', 'real')
      and ${isLastAttempt}
      and ${placeTest(filter)}
    order by r.started_at desc, r.key desc, p.key desc, m.key desc
    limit ${limit}`.execute(store);
  const limits = new Map<string, ReturnType<typeof limitsFromJson>>();
  return rows.reverse().flatMap(({ value, validators_json, outcome, ...row }) => {
    if (!isReading(value)) return [];
    const known = limits.get(validators_json) ?? limitsFromJson(validators_json);
    limits.set(validators_json, known);
    return { ...row, value, passed: outcome !== 'FAIL', ...known };
  });
}

/** The same as `isAt` in SQL, with `attempts`. */
function placeTest(filter: AnalyticsFilter): RawBuilder<unknown> {
  const among = (column: string, values: readonly string[] | undefined): RawBuilder<unknown>[] =>
    values === undefined || values.length === 0 ? [] : [sql`${sql.ref(column)} in (${sql.join(values)})`];
  const tests = [
    sql`true`,
    ...(filter.include_reference_units ? [] : [sql`u.sample is null`]),
    ...among('r.created_by_station_id', filter.station_ids),
    ...among('r.revision_id', filter.revision_ids),
    ...among('r.version_id', filter.procedure_version_ids),
    ...among('r.batch_id', filter.batch_ids),
    ...among('r.operated_by', filter.operators),
  ];
  return sql.join(tests, sql` and `);
}
