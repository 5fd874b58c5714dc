import type { Answer } from '../contract/operation.ts';
import type { Report, ReportMeasurement, ReportPhase } from '../contract/report.ts';
import type { RunListItem, runs } from '../contract/runs.ts';
import { durationSeconds } from '../format/duration.ts';
import { lastAttempts } from '../run/attempts.ts';
import { limitsOf } from '../run/limits.ts';
import { limitsText, type ReportedValue, resultsOf } from '../run/results.ts';
import { type ComparedMeasurement, compareRuns } from '../run/runComparison.ts';
import { type ColumnsOf, columnsOf, type Row, rowOf, type Table, tableOf, valueCells } from './table.ts';

/** Returns who ran it, if the server knows. A run that a station pushed was not run by the user who owns the key. */
export function operatorOf(run: Pick<RunListItem, 'operated_by' | 'created_by_station' | 'created_by_user'>) {
  const operator = run.operated_by ?? (run.created_by_station ? null : run.created_by_user);
  return operator?.name ?? operator?.email ?? null;
}

const runColumns: ColumnsOf<RunListItem> = [
  ['run_id', 'text', ({ id }) => id],
  ['serial_number', 'text', ({ unit }) => unit.serial_number],
  ['outcome', 'text', ({ outcome }) => outcome],
  ['started_at', 'time', (run) => Date.parse(run.started_at)],
  ['ended_at', 'time', (run) => Date.parse(run.ended_at)],
  ['duration_s', 'number', ({ duration }) => durationSeconds(duration)],
  ['procedure_id', 'text', ({ procedure }) => procedure.id],
  ['procedure', 'text', ({ procedure }) => procedure.name],
  ['procedure_version', 'text', ({ procedure }) => procedure.version?.tag],
  ['station', 'text', (run) => run.created_by_station?.name],
  ['operator', 'text', operatorOf],
  ['part_number', 'text', ({ unit }) => unit.part.number],
  ['revision', 'text', ({ unit }) => unit.part.revision.number],
  ['batch', 'text', ({ unit }) => unit.batch?.number],
  ['sample', 'text', ({ unit }) => unit.sample],
];

/** Loads a page of runs: `cursor` is the number of runs before it. */
export type LoadRuns = (cursor: number) => Promise<Answer<typeof runs.list>>;

export const runsTable = (load: LoadRuns): Table => ({ columns: columnsOf(runColumns), batches: runBatches(load) });

/** Each run once: a run that is saved between two pages shifts the others. */
async function* runBatches(load: LoadRuns): AsyncGenerator<readonly Row[]> {
  const known = new Set<string>();
  for (let cursor: number | null = 0; cursor !== null;) {
    const { data, meta }: Answer<typeof runs.list> = await load(cursor);
    const fresh: RunListItem[] = data.filter(({ id }) => !known.has(id));
    for (const { id } of fresh) known.add(id);
    yield fresh.map((run) => rowOf(runColumns, run));
    const next: number | null = meta.next_cursor;
    if (next !== null && next <= cursor) throw new Error(`The list of runs does not end: it continues at ${next}.`);
    cursor = next;
  }
}

interface MeasuredRow {
  readonly run: Pick<Report, 'id' | 'unit'>;
  readonly phase: ReportPhase;
  readonly isLastAttempt: boolean;
  readonly result: ReportedValue;
}

const measuredColumns: ColumnsOf<MeasuredRow> = [
  ['run_id', 'text', ({ run }) => run.id],
  ['serial_number', 'text', ({ run }) => run.unit.serial_number],
  ['phase', 'text', ({ phase }) => phase.name],
  ['attempt', 'integer', ({ phase }) => phase.retry_count + 1],
  ['is_last_attempt', 'boolean', ({ isLastAttempt }) => isLastAttempt],
  ['measurement', 'text', ({ result }) => (result.of === null ? result.name : `${result.of} (${result.name})`)],
  ['outcome', 'text', ({ result }) => result.outcome],
  ['value', 'number', ({ result }) => valueCells(result.value).number],
  ['value_text', 'text', ({ result }) => valueCells(result.value).text],
  ['units', 'text', ({ result }) => result.units],
  ['lower_limit', 'number', ({ result }) => limitsOf(result.validators).lower],
  ['upper_limit', 'number', ({ result }) => limitsOf(result.validators).upper],
  ['limits', 'text', ({ result }) => limitsText(result.validators) || null],
];

/** Of a curve, the value is the number of its points. */
export const exportedResults = (measurement: ReportMeasurement): ReportedValue[] =>
  resultsOf(measurement).map((result) =>
    result.of === null && measurement.curve
      ? { ...result, value: `${measurement.curve.points} points`, units: null }
      : result,
  );

export function measurementsOfRun(run: Pick<Report, 'id' | 'unit' | 'phases'>): Table {
  const last = new Set(lastAttempts<ReportPhase>(run.phases));
  const rows = run.phases.flatMap((phase) =>
    phase.measurements.flatMap((measurement) =>
      exportedResults(measurement).map((result) => ({ run, phase, isLastAttempt: last.has(phase), result })),
    ),
  );
  return tableOf(measuredColumns, rows);
}

const sides = ['left', 'right'] as const;
const sideNames = { left: 'older', right: 'newer' } as const;

const sideColumns = sides.flatMap((side): ColumnsOf<ComparedMeasurement> => [
  [`${sideNames[side]}_value`, 'number', (row) => valueCells(row[side]?.value).number],
  [`${sideNames[side]}_value_text`, 'text', (row) => valueCells(row[side]?.value).text],
  [`${sideNames[side]}_units`, 'text', (row) => row[side]?.units],
  [`${sideNames[side]}_outcome`, 'text', (row) => row[side]?.outcome],
  [`${sideNames[side]}_limits`, 'text', (row) => limitsText(row[side]?.validators ?? []) || null],
]);

const comparedColumns: ColumnsOf<ComparedMeasurement> = [
  ['phase', 'text', ({ phase }) => phase],
  ['measurement', 'text', ({ name, of }) => (of === null ? name : `${of} (${name})`)],
  ...sideColumns,
  ['difference', 'number', ({ difference }) => difference],
  ['what_differs', 'text', ({ differences }) => differences.map((each) => differenceWords[each]).join(', ') || null],
];

const differenceWords = {
  only_left: 'only in the older run',
  only_right: 'only in the newer run',
  outcome: 'outcome',
  limits: 'limits',
  units: 'units',
  value: 'value',
} as const;

export const comparisonTable = (left: Pick<Report, 'phases'>, right: Pick<Report, 'phases'>): Table =>
  tableOf(comparedColumns, compareRuns(left, right).measurements);
