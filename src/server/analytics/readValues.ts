import { type RawBuilder, sql } from 'kysely';
import type { MeasuredValue, MeasurementName } from '../../shared/analytics/answers.ts';
import type { PlaceFilter } from '../../shared/analytics/place.ts';
import type { TestedRun } from '../../shared/analytics/testedRun.ts';
import { overloadReading } from '../../shared/statistics/readings.ts';
import { isLastAttempt } from '../store/attempts.ts';
import { isCounted } from '../store/countedRuns.ts';
import type { Store } from '../store/tables.ts';
import { isTextIn, thenJoin, word } from '../store/words.ts';
import { iteratePhases, limitsReader } from './readRuns.ts';

interface ValueRow {
  run_id: string;
  serial_number: string;
  station: string | null;
  started_at: number;
  outcome: string;
  value: number;
  units: string | null;
  validators_json: string;
}

export interface RunRange {
  readonly procedureId: string;
  readonly startsAt: number;
  readonly endsAt: number;
  /** Null for all runs. */
  readonly runIds: readonly string[] | null;
  readonly filter: PlaceFilter;
}

export async function readNewestRuns(
  store: Store,
  range: RunRange,
  limit: number,
): Promise<Iterable<Pick<TestedRun, 'phases'>>> {
  const { rows } = await sql<{ key: number }>`
    select r.key
    from runs as r
    ${thenJoin} units as u on u.id = r.unit_id
    where ${runTest(range)}
    order by r.started_at desc, r.key desc
    limit ${limit}`.execute(store);
  return iteratePhases(store, rows.map(({ key }) => key).reverse());
}

/** Returns the newest numeric values, oldest first, without retried attempts. Integers beyond 2^53 are rounded. */
export async function readValues(
  store: Store,
  range: RunRange,
  name: MeasurementName,
  limit: number,
): Promise<MeasuredValue[]> {
  const number = word('jsonNumber', sql`m.value_json`);
  const { rows } = await sql<ValueRow>`
    select r.id as run_id, u.serial_number, s.name as station, r.started_at, m.outcome, m.units,
      ${number} as value, m.validators_json
    from runs as r
    ${thenJoin} units as u on u.id = r.unit_id
    ${thenJoin} phases as p on p.run_key = r.key
    ${thenJoin} measurements as m on m.phase_key = p.key
    left join stations as s on s.id = r.created_by_station_id
    where ${runTest(range)}
      and p.name = ${name.phase_name} and m.name = ${name.measurement_name}
      and ${word('isJsonNumber', sql`m.value_json`)}
      and abs(${number}) < ${overloadReading}
      and ${isLastAttempt}
    order by r.started_at desc, r.key desc, p.started_at desc, p.key desc, m.position desc
    limit ${limit}`.execute(store);
  const limits = limitsReader();
  return rows.reverse().map(({ validators_json, outcome, ...row }) => ({
    ...row,
    passed: outcome !== 'FAIL',
    ...limits(validators_json),
  }));
}

/** The filter is the same as `isAt` and `isInDetail`. */
function runTest({ procedureId, startsAt, endsAt, runIds, filter }: RunRange): RawBuilder<unknown> {
  const among = (column: string, values: readonly string[] | undefined): RawBuilder<unknown>[] =>
    values === undefined || values.length === 0 ? [] : [sql`${sql.ref(column)} in (${sql.join(values)})`];
  const tests = [
    sql`r.procedure_id = ${procedureId} and r.started_at >= ${startsAt} and r.started_at < ${endsAt}`,
    isCounted('r'),
    ...(runIds === null ? [] : [isTextIn('r.id', runIds)]),
    ...(filter.include_reference_units ? [] : [sql`u.sample is null`]),
    ...among('r.created_by_station_id', filter.station_ids),
    ...among('r.revision_id', filter.revision_ids),
    ...among('r.version_id', filter.procedure_version_ids),
    ...among('r.batch_id', filter.batch_ids),
    ...among('r.operated_by', filter.operators),
    ...(filter.slots === undefined || filter.slots.length === 0
      ? []
      : [sql`coalesce(r.slot_name, r.slot_key) in (${sql.join(filter.slots)})`]),
  ];
  return sql.join(tests, sql` and `);
}
