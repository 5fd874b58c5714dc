import { type RawBuilder, sql } from 'kysely';
import type { MeasurementOutcome, MeasurementType, Outcome, PhaseOutcome } from '../../shared/contract/common.ts';
import type { LogEntry } from '../../shared/contract/explorer.ts';
import type { Sample } from '../../shared/contract/units.ts';
import { isLastAttempt } from './attempts.ts';
import { containing } from './fold.ts';
import type { RowKey } from './ids.ts';
import { isReadableRun, type Reader } from './readers.ts';
import type { Range, RunFilter } from './runFilter.ts';
import { runConditions } from './runFilter.ts';
import { fewRuns, narrow } from './runList.ts';
import type { Store } from './tables.ts';
import { thenJoin, word } from './words.ts';

type Test = RawBuilder<boolean>;

interface Page {
  sortOrder: 'asc' | 'desc';
  limit: number;
  cursor: number;
}

const among = (column: string, values: readonly (string | number)[] | undefined): Test[] =>
  values && values.length > 0 ? [sql<boolean>`${sql.ref(column)} in (${sql.join(values)})`] : [];

const between = (column: RawBuilder<unknown>, { from, to }: Range): Test[] => [
  ...(from === undefined ? [] : [sql<boolean>`${column} >= ${from}`]),
  ...(to === undefined ? [] : [sql<boolean>`${column} <= ${to}`]),
];

/**
 * Reads one page of rows that belong to runs. The default order (`sortBy` empty) walks the runs by their start, so that a page costs no
 * more than its rows. Any other order sorts all rows, except that PostgreSQL has an index by the durations of phases.
 */
async function rowsOfRuns<Row>(
  store: Store,
  query: {
    columns: RawBuilder<unknown>;
    /** Joins the other tables to the runs, which are called `r`. */
    from: (runs: RawBuilder<unknown>) => RawBuilder<unknown>;
    runs: RunFilter;
    tests: readonly Test[];
    sortBy: readonly RawBuilder<unknown>[];
    key: readonly string[];
  },
  page: Page,
): Promise<Row[]> {
  const narrowed = await narrow(store, await runConditions(store, query.runs));
  if (narrowed === null) return [];
  const tests = [...narrowed.tests, ...query.tests];
  const direction = sql.raw(page.sortOrder);
  const by = query.sortBy.length > 0 ? query.sortBy : [sql.ref('r.started_at'), sql.ref('r.key')];
  const order = [...by, ...query.key.map((column) => sql.ref(column))];
  const found = await sql<Row>`
    select ${query.columns} from ${query.from(narrowed.few ? fewRuns : sql`runs as r`)}
    ${tests.length === 0 ? sql`` : sql`where ${sql.join(tests, sql` and `)}`}
    order by ${sql.join(order.map((each) => sql`${each} ${direction}`))} limit ${page.limit + 1} offset ${page.cursor}
  `.execute(store);
  return found.rows;
}

export interface PhaseListRow {
  key: number;
  name: string;
  outcome: PhaseOutcome;
  started_at: number;
  ended_at: number;
  retry_count: number;
  sequence_path: string | null;
  is_final: 0 | 1;
  run_id: string;
  run_outcome: Outcome;
  serial_number: string;
  sample: Sample | null;
}

interface PhaseFilter {
  runs: RunFilter;
  names?: readonly string[] | undefined;
  outcomes?: readonly PhaseOutcome[] | undefined;
  sequencePaths?: readonly string[] | undefined;
  finalOnly: boolean;
  sortBy: 'started_at' | 'duration' | 'outcome' | 'serial_number' | 'phase_name';
}

const phaseOrders: Record<PhaseFilter['sortBy'], readonly RawBuilder<unknown>[]> = {
  started_at: [],
  duration: [sql`(p.ended_at - p.started_at)`],
  outcome: [sql`p.outcome`],
  serial_number: [sql`u.serial_key`],
  phase_name: [sql`p.name`],
};

export function listPhases(store: Store, filter: PhaseFilter, page: Page): Promise<PhaseListRow[]> {
  return rowsOfRuns<PhaseListRow>(
    store,
    {
      columns: sql`p.key, p.name, p.outcome, p.started_at, p.ended_at, p.retry_count, p.sequence_path,
        case when ${isLastAttempt} then 1 else 0 end as is_final, r.id as run_id, r.outcome as run_outcome, u.serial_number, u.sample`,
      from: (runs) => sql`${runs} ${thenJoin} phases as p on p.run_key = r.key join units as u on u.id = r.unit_id`,
      runs: filter.runs,
      tests: [
        ...among('p.name', filter.names),
        ...among('p.outcome', filter.outcomes),
        ...among('p.sequence_path', filter.sequencePaths),
        ...(filter.finalOnly ? [isLastAttempt] : []),
      ],
      sortBy: phaseOrders[filter.sortBy],
      key: ['p.key'],
    },
    page,
  );
}

export interface MeasurementListRow {
  phase_key: number;
  position: number;
  phase_name: string;
  name: string;
  started_at: number;
  type: MeasurementType;
  value_json: string | null;
  validators_json: string;
  units: string | null;
  outcome: MeasurementOutcome;
  run_id: string;
  serial_number: string;
  sample: Sample | null;
  retry_count: number;
  is_final: 0 | 1;
}

interface MeasurementFilter {
  runs: RunFilter;
  phaseNames?: readonly string[] | undefined;
  name?: string | undefined;
  value: Range;
  isTrue?: boolean | undefined;
  texts?: readonly string[] | undefined;
  outcomes?: readonly MeasurementOutcome[] | undefined;
  types?: readonly MeasurementType[] | undefined;
  finalOnly: boolean;
  sortBy: 'started_at' | 'value' | 'outcome' | 'serial_number' | 'phase_name' | 'measurement_name';
}

const number = word('jsonNumber', sql`m.value_json`);
const byValue = [
  sql`(case when m.value_json is null then 0 when m.type = 'numeric' then 1 else 2 end)`,
  sql`(case when m.type = 'numeric' then ${number} end)`,
  sql`m.value_json`,
];
const measurementOrders: Record<MeasurementFilter['sortBy'], readonly RawBuilder<unknown>[]> = {
  started_at: [],
  value: byValue,
  outcome: [sql`m.outcome`],
  serial_number: [sql`u.serial_key`],
  phase_name: [sql`p.name`],
  measurement_name: [sql`m.name`],
};

export function listMeasurements(store: Store, filter: MeasurementFilter, page: Page): Promise<MeasurementListRow[]> {
  const { value, isTrue, texts } = filter;
  const hasRange = value.from !== undefined || value.to !== undefined;
  return rowsOfRuns<MeasurementListRow>(
    store,
    {
      columns: sql`m.phase_key, m.position, p.name as phase_name, m.name, p.started_at, m.type, m.value_json, m.validators_json, m.units,
        m.outcome, r.id as run_id, u.serial_number, u.sample, p.retry_count, case when ${isLastAttempt} then 1 else 0 end as is_final`,
      from: (runs) => sql`${runs} ${thenJoin} phases as p on p.run_key = r.key
        ${thenJoin} measurements as m on m.phase_key = p.key join units as u on u.id = r.unit_id`,
      runs: filter.runs,
      tests: [
        ...among('p.name', filter.phaseNames),
        ...among('m.name', filter.name === undefined ? undefined : [filter.name]),
        ...(hasRange ? [sql<boolean>`m.type = 'numeric'`, ...between(number, value)] : []),
        ...(isTrue === undefined ? [] : [sql<boolean>`m.type = 'boolean' and m.value_json = ${String(isTrue)}`]),
        ...(texts && texts.length > 0
          ? [
              sql<boolean>`m.type = 'string'`,
              ...among(
                'm.value_json',
                texts.map((text) => JSON.stringify(text)),
              ),
            ]
          : []),
        ...among('m.outcome', filter.outcomes),
        ...among('m.type', filter.types),
        ...(filter.finalOnly ? [isLastAttempt] : []),
      ],
      sortBy: measurementOrders[filter.sortBy],
      key: ['m.phase_key', 'm.position'],
    },
    page,
  );
}

export interface LogListRow {
  key: number;
  level: LogEntry['level'];
  timestamp: number;
  message: string;
  source_file: string;
  line_number: number;
  run_id: string;
  run_outcome: Outcome;
  run_started_at: number;
  unit_id: string;
  serial_number: string;
  procedure_id: string;
  procedure_name: string;
  user_id: string | null;
  user_name: string | null;
  user_email: string | null;
  station_id: string | null;
  station_name: string | null;
}

interface LogFilter {
  runs: RunFilter;
  keys?: readonly number[];
  search?: string | undefined;
  levels?: readonly LogEntry['level'][] | undefined;
  sourceFiles?: readonly string[] | undefined;
  timestamp: Range;
  sortBy: 'created_at' | 'level' | 'run_id' | 'outcome';
}

const logOrders: Record<LogFilter['sortBy'], readonly RawBuilder<unknown>[]> = {
  created_at: [],
  level: [
    sql`case l.level when 'DEBUG' then 1 when 'INFO' then 2 when 'WARNING' then 3 when 'ERROR' then 4 else 5 end`,
  ],
  run_id: [sql`r.id`],
  outcome: [sql`r.outcome`],
};

export function listLogs(store: Store, filter: LogFilter, page: Page): Promise<LogListRow[]> {
  const { search } = filter;
  // A single entry is found by its own key, all others through their runs.
  const logsOf = (runs: RawBuilder<unknown>) =>
    filter.keys
      ? sql`logs as l ${thenJoin} ${runs} on r.key = l.run_key`
      : sql`${runs} ${thenJoin} logs as l on l.run_key = r.key`;
  return rowsOfRuns<LogListRow>(
    store,
    {
      columns: sql`l.key, l.level, l.timestamp, l.message, l.source_file, l.line_number, r.id as run_id,
        r.outcome as run_outcome, r.started_at as run_started_at, u.id as unit_id, u.serial_number, pr.id as procedure_id,
        pr.name as procedure_name, who.id as user_id, who.name as user_name, who.email as user_email,
        s.id as station_id, s.name as station_name`,
      from: (
        runs,
      ) => sql`${logsOf(runs)} join units as u on u.id = r.unit_id join procedures as pr on pr.id = r.procedure_id
        left join users as who on who.id = r.created_by_user_id left join stations as s on s.id = r.created_by_station_id`,
      runs: filter.runs,
      tests: [
        ...among('l.key', filter.keys),
        ...among('l.level', filter.levels),
        ...among('l.source_file', filter.sourceFiles),
        ...between(sql`l.timestamp`, filter.timestamp),
        ...(search ? [word<boolean>('likeInAnyCase', sql`l.message`, containing(search))] : []),
      ],
      sortBy: logOrders[filter.sortBy],
      key: ['l.key'],
    },
    page,
  );
}

const owner = (store: Store) =>
  store
    .selectFrom('phases as p')
    .innerJoin('runs as r', 'r.key', 'p.run_key')
    .innerJoin('units as u', 'u.id', 'r.unit_id')
    .innerJoin('procedures as pr', 'pr.id', 'r.procedure_id')
    .select(['r.id as run_id', 'r.outcome as run_outcome', 'u.serial_number'])
    .select(['pr.id as procedure_id', 'pr.name as procedure_name']);

export async function findPhase(store: Store, key: number, reader: Reader) {
  return owner(store).selectAll('p').where('p.key', '=', key).where(isReadableRun(reader)).executeTakeFirst();
}

export async function findMeasurement(store: Store, { key, position }: RowKey, reader: Reader) {
  return owner(store)
    .innerJoin('measurements as m', 'm.phase_key', 'p.key')
    .selectAll('m')
    .select('p.name as phase_name')
    .where('m.phase_key', '=', key)
    .where('m.position', '=', position)
    .where(isReadableRun(reader))
    .executeTakeFirst();
}
