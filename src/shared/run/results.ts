import type { MeasurementOutcome } from '../contract/common.ts';
import type { ReportMeasurement } from '../contract/report.ts';
import type { ValidatorAnswer } from '../contract/runs.ts';
import { formatValue } from '../format/values.ts';
import { type Limits, limitsOf } from './limits.ts';

export interface ReportedValue {
  name: string;
  of: string | null;
  outcome: MeasurementOutcome;
  value: unknown;
  units: string | null;
  validators: readonly ValidatorAnswer[];
}

export const diagnosisTitle = (component: string | null | undefined, result: string): string =>
  [component, result].filter(Boolean).join(': ');

type Aggregations = ReportMeasurement['aggregations'];

export function resultsOf(measurement: ReportMeasurement): ReportedValue[] {
  const { name, outcome, measured_value: value, units, curve } = measurement;
  const axes = curve?.axes ?? [];
  const validators = [...(measurement.validators ?? []), ...axes.flatMap((axis) => axis.validators ?? [])];
  return [
    { name, of: null, outcome, value, units: units ?? axes[1]?.units ?? null, validators },
    ...aggregated(measurement.aggregations, name, units),
    ...axes.flatMap((axis) => aggregated(axis.aggregations, axis.name ?? name, axis.units)),
  ];
}

const aggregated = (aggregations: Aggregations, of: string, units: string | null): ReportedValue[] =>
  (aggregations ?? []).map(({ type, outcome, value, unit, validators }) => ({
    name: type,
    of,
    outcome: outcome ?? 'UNSET',
    value: value ?? undefined,
    units: unit ?? units,
    validators: validators ?? [],
  }));

/** Formats the rules. Rules with the same text, such as the two bounds of a percentage, appear once. */
export const limitsText = (validators: readonly Pick<ValidatorAnswer, 'expression' | 'is_decisive'>[]): string =>
  combineLimits([
    ...new Set(validators.filter(({ is_decisive }) => is_decisive !== false).map((each) => each.expression)),
  ]);

export function marginalText(
  validators: readonly Pick<ValidatorAnswer, 'operator' | 'expected_value' | 'is_decisive'>[],
): string {
  const { marginalLower: lower, marginalUpper: upper } = limitsOf(validators);
  if (lower === null) return upper === null ? '' : `x ≤ ${formatValue(upper)}`;
  return upper === null ? `x ≥ ${formatValue(lower)}` : `${formatValue(lower)} ≤ x ≤ ${formatValue(upper)}`;
}

/** Formats a value with nine digits, or with all if rounding would cross a limit; null if nothing was measured. */
export function measuredText(value: unknown, limits: Limits): string | null {
  const text = formatValue(value);
  if (typeof value !== 'number' || text === null) return text;
  const isMisleading = Object.values(limits).some(
    (limit) => limit !== null && Math.sign(Number(text) - limit) !== Math.sign(value - limit),
  );
  return isMisleading ? String(value) : text;
}

function combineLimits(expressions: readonly string[]): string {
  const [lower, upper, ...more] = expressions;
  const from = /^x >= (\S+)$/.exec(lower ?? '')?.[1];
  const to = /^x <= (\S+)$/.exec(upper ?? '')?.[1];
  if (from !== undefined && to !== undefined && more.length === 0) return `${from} ≤ x ≤ ${to}`;
  return expressions.map((each) => each.replace(/^x >= /, 'x ≥ ').replace(/^x <= /, 'x ≤ ')).join(', ');
}

export const isMarginal = ({ outcome, validators }: Pick<ReportedValue, 'outcome' | 'validators'>): boolean =>
  outcome === 'PASS' && validators.some((each) => each.is_decisive === false && each.outcome === 'FAIL');
