import type {
  analytics,
  Capability,
  FailureCause,
  MeasurementDay,
  MeasurementGroup,
  MeasurementSegment,
  MeasurementSummary,
  ProcedureDay,
  ProcedureGroup,
  Route,
} from '../contract/analytics.ts';
import type { Answer } from '../contract/operation.ts';
import { type Cell, type ColumnsOf, fields, type Row, rowOf, type Table, tableOf } from './table.ts';

const indexOf = (
  { capability }: { capability: Capability },
  name: 'ppk' | 'pp' | 'cpk' | 'cp',
): { value: number; lower: number; upper: number } | null =>
  capability.kind === 'capability' ? capability[name] : null;

const spread: ColumnsOf<
  Pick<MeasurementDay, 'count' | 'failed' | 'value_count' | 'mean' | 'sigma' | 'minimum' | 'maximum'>
> = [
  ...fields('integer', 'count', 'failed', 'value_count'),
  ...fields('number', 'mean', 'sigma', 'minimum', 'maximum'),
];

/** Figures of values with the same limits. `capability` is `computed`, or why there is no Ppk. */
const figures: ColumnsOf<Omit<MeasurementSegment, 'from' | 'to' | 'lower' | 'upper' | 'units' | 'percentiles'>> = [
  ...spread,
  ['capability', 'text', ({ capability: { kind } }) => (kind === 'capability' ? 'computed' : kind)],
  ['ppk', 'number', (row) => indexOf(row, 'ppk')?.value],
  ['ppk_lower', 'number', (row) => indexOf(row, 'ppk')?.lower],
  ['ppk_upper', 'number', (row) => indexOf(row, 'ppk')?.upper],
  ['cpk', 'number', (row) => indexOf(row, 'cpk')?.value],
  ['pp', 'number', (row) => indexOf(row, 'pp')?.value],
  ['cp', 'number', (row) => indexOf(row, 'cp')?.value],
];

const limits: ColumnsOf<{ lower: number | null; upper: number | null }> = [
  ['lower_limit', 'number', ({ lower }) => lower],
  ['upper_limit', 'number', ({ upper }) => upper],
];

const summaryColumns: ColumnsOf<MeasurementSummary> = [
  ['phase', 'text', ({ phase_name }) => phase_name],
  ['measurement', 'text', ({ measurement_name }) => measurement_name],
  ...fields('text', 'type', 'units'),
  ...limits,
  ['limits_changed_at', 'time', ({ limits_changed_at }) => limits_changed_at],
  ...figures,
];

export const measurementsTable = (measurements: readonly MeasurementSummary[]): Table =>
  tableOf(summaryColumns, measurements);

interface YieldRow {
  readonly date: string;
  readonly attempt: string;
  readonly units: number;
  readonly passed: number;
}

/** The columns of TofuPilot's export, and the number of units that the percentage is of. */
const yieldColumns: ColumnsOf<YieldRow> = [
  ['date', 'text', ({ date }) => date],
  ['attempt_index', 'text', ({ attempt }) => attempt],
  ['count', 'integer', ({ passed }) => passed],
  ['percentage', 'number', ({ passed, units }) => (units === 0 ? null : (100 * passed) / units)],
  ['units', 'integer', ({ units }) => units],
];

export const yieldTable = (days: readonly ProcedureDay[]): Table =>
  tableOf(
    yieldColumns,
    days.flatMap(({ date, yield: { units, passed_first, passed_second, passed_third, passed_last } }) => [
      { date, units, attempt: '1', passed: passed_first },
      { date, units, attempt: '2', passed: passed_second },
      { date, units, attempt: '3', passed: passed_third },
      { date, units, attempt: 'last', passed: passed_last },
    ]),
  );

const groupColumns: ColumnsOf<ProcedureGroup> = [
  ...fields('text', 'id', 'name'),
  ['runs', 'integer', ({ runs }) => runs],
  ['units', 'integer', (group) => group.yield.units],
  ['passed_first', 'integer', (group) => group.yield.passed_first],
  ['passed_last', 'integer', (group) => group.yield.passed_last],
  ['passed_runs', 'integer', ({ durations }) => durations.count],
  ['median_duration_ms', 'number', ({ durations }) => durations.p50_ms],
  ['p95_duration_ms', 'number', ({ durations }) => durations.p95_ms],
];

export const groupsTable = (groups: readonly ProcedureGroup[]): Table => tableOf(groupColumns, groups);

const failureColumns: ColumnsOf<FailureCause> = [
  ['kind', 'text', ({ kind }) => kind],
  ['phase', 'text', ({ phase_name }) => phase_name],
  ['measurement', 'text', ({ measurement_name }) => measurement_name],
  ...fields('integer', 'first_runs', 'first_units', 'runs', 'units'),
];

export const failuresTable = (failures: readonly FailureCause[]): Table => tableOf(failureColumns, failures);

interface RouteStep {
  readonly route: Route;
  readonly step: Route['steps'][number];
}

const routeColumns: ColumnsOf<RouteStep> = [
  ['part_number', 'text', ({ route }) => route.part.number],
  ['procedure_id', 'text', ({ step }) => step.procedure.id],
  ['procedure', 'text', ({ step }) => step.procedure.name],
  ['units', 'integer', ({ step }) => step.units],
  ['passed_first', 'integer', ({ step }) => step.passed_first],
  ['rolled_throughput_yield', 'number', ({ route }) => route.rolled_throughput_yield],
];

export const routesTable = (routes: readonly Route[]): Table =>
  tableOf(
    routeColumns,
    routes.flatMap((route) => route.steps.map((step) => ({ route, step }))),
  );

const measurementDayColumns: ColumnsOf<MeasurementDay> = [
  ['date', 'text', ({ date }) => date],
  ...spread,
  ...fields('number', 'p5', 'p50', 'p95'),
];

export const measurementDaysTable = (days: readonly MeasurementDay[]): Table => tableOf(measurementDayColumns, days);

const measurementGroupColumns: ColumnsOf<MeasurementGroup> = [...fields('text', 'id', 'name'), ...figures];

export const measurementGroupsTable = (groups: readonly MeasurementGroup[]): Table =>
  tableOf(measurementGroupColumns, groups);

const segmentColumns: ColumnsOf<MeasurementSegment> = [
  ...fields('time', 'from', 'to'),
  ['units', 'text', ({ units }) => units],
  ...limits,
  ...figures,
];

export const segmentsTable = (segments: readonly MeasurementSegment[]): Table => tableOf(segmentColumns, segments);

export type Values = Answer<typeof analytics.values>;

const at = <T extends Cell>(column: readonly T[], index: number): T | null => column[index] ?? null;

const limitsAt = ({ limits, limits_index }: Values, index: number) => limits[limits_index[index] ?? -1];

export const valueColumns = ({
  phase_name,
  measurement_name,
}: {
  phase_name: string;
  measurement_name: string;
}): ColumnsOf<{ readonly values: Values; readonly index: number }> => [
  ['run_id', 'text', ({ values, index }) => at(values.run_ids, index)],
  ['serial_number', 'text', ({ values, index }) => at(values.serial_numbers, index)],
  ['station', 'text', ({ values, index }) => at(values.stations, values.stations_index[index] ?? -1)],
  ['started_at', 'time', ({ values, index }) => at(values.started_at, index)],
  ['phase', 'text', () => phase_name],
  ['measurement', 'text', () => measurement_name],
  ['value', 'number', ({ values, index }) => at(values.values, index)],
  ['units', 'text', ({ values, index }) => limitsAt(values, index)?.units],
  ['outcome', 'text', ({ values, index }) => (at(values.passed, index) === false ? 'FAIL' : 'PASS')],
  ['lower_limit', 'number', ({ values, index }) => limitsAt(values, index)?.lower],
  ['upper_limit', 'number', ({ values, index }) => limitsAt(values, index)?.upper],
];

/**
 * Loads all values of a measurement, newest first. Each page ends before the moment at which the one after it begins, so
 * that values of the same moment are all in one of them.
 * @param load returns the newest values that started until `before`, oldest first
 * @throws Error if more values than a page holds are of the same moment
 */
export async function* valueBatches(
  columns: ReturnType<typeof valueColumns>,
  load: (before: number | null) => Promise<Values>,
): AsyncGenerator<readonly Row[]> {
  let before: number | null = null;
  for (;;) {
    const values: Values = await load(before);
    const first = values.started_at[0];
    const isFirstIncomplete = values.has_more && first !== undefined;
    const rows: Row[] = [];
    for (let index = values.values.length - 1; index >= 0; index -= 1) {
      if (isFirstIncomplete && values.started_at[index] === first) break;
      rows.push(rowOf(columns, { values, index }));
    }
    yield rows;
    if (!isFirstIncomplete) return;
    if (rows.length === 0) throw new Error(`Too many values have the start time ${new Date(first).toISOString()}.`);
    before = first;
  }
}
