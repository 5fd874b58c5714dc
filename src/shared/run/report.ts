import { ExactInteger } from '../contract/exactJson.ts';
import type { Report, ReportMeasurement } from '../contract/report.ts';
import type { MeasurementAnswer, Run, ValidatorAnswer } from '../contract/runs.ts';
import { lastAttempts } from './attempts.ts';

export function reportOf(run: Run): Report {
  return {
    ...run,
    phases: run.phases.map((phase) => ({ ...phase, measurements: phase.measurements.map(withoutPoints) })),
    attachments: run.attachments.map(({ id, name, size, content_type, is_report }) => ({
      id,
      name,
      size,
      content_type,
      is_report,
    })),
  };
}

function withoutPoints({ data_series: series, ...measurement }: MeasurementAnswer): ReportMeasurement {
  const { validators, aggregations } = measurement;
  const rest = {
    ...measurement,
    ...(measurement.measured_value === undefined
      ? {}
      : { measured_value: withoutExactIntegers(measurement.measured_value) }),
    validators: readableValidators(validators) ?? null,
    aggregations: readableAggregations(aggregations),
  };
  if (series === undefined) return rest;
  const axes = series.map(({ name, units, description, validators, aggregations }) => ({
    name,
    units,
    description,
    validators: readableValidators(validators),
    aggregations: readableAggregations(aggregations),
  }));
  return { ...rest, curve: { points: series[0]?.data.length ?? 0, axes } };
}

/** Converts long integers to text, because the JSON of a webview message would round them. */
function withoutExactIntegers(value: unknown): unknown {
  if (value instanceof ExactInteger) return value.digits;
  if (Array.isArray(value)) return value.map(withoutExactIntegers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withoutExactIntegers(each)]));
}

const readableValidators = (validators: readonly ValidatorAnswer[] | null | undefined) =>
  validators?.map((each) => ({ ...each, expected_value: withoutExactIntegers(each.expected_value) }));

const readableAggregations = (aggregations: MeasurementAnswer['aggregations']) =>
  aggregations?.map((each) => ({
    ...each,
    value: each.value instanceof ExactInteger ? each.value.digits : each.value,
    validators: readableValidators(each.validators),
  }));

/** Returns the number of attempts at each phase: attempts of one phase follow each other with a growing `retry_count`. */
export function attemptsOf(phases: readonly { name: string; retry_count: number }[]): number[] {
  const counts: number[] = [];
  for (let at = phases.length - 1; at >= 0; at--) {
    const phase = phases[at];
    const next = phases[at + 1];
    const continues = phase !== undefined && next?.name === phase.name && next.retry_count === phase.retry_count + 1;
    counts[at] = continues ? (counts[at + 1] ?? 1) : (phase?.retry_count ?? 0) + 1;
  }
  return counts;
}

/** Returns the reasons in the head of a report. The last error log counts if a run failed without one. */
export function reasonsOf({ findings = [], outcome, logs }: Pick<Report, 'findings' | 'outcome' | 'logs'>): Findings {
  if (outcome === 'PASS' || outcome === 'FAIL' || findings.some(({ kind }) => kind === 'error')) return findings;
  const log = logs.findLast(({ level }) => level === 'ERROR' || level === 'CRITICAL');
  if (log === undefined) return findings;
  const { message, source_file, line_number } = log;
  const place = source_file === '' ? { source_file: null, line_number: null } : { source_file, line_number };
  return [{ kind: 'error', phase_id: null, title: outcome, message, ...place, is_failure: true }, ...findings];
}

type Findings = NonNullable<Report['findings']>;

export const failuresOf = ({ phases }: Pick<Report, 'phases'>): number =>
  lastAttempts(phases).reduce((sum, { measurements }) => sum + measurements.filter(hasFailed).length, 0);

export const hasFailed = ({ outcome }: Pick<ReportMeasurement, 'outcome'>): boolean => outcome === 'FAIL';
