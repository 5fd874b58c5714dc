import type { RunnerMeasurement } from '../contract/runner.ts';
import { limitsOf } from '../run/limits.ts';
import { limitsText, marginalText, measuredText } from '../run/results.ts';
import { parseValidator, type Rule } from '../run/validators.ts';
import { toLiveMeasurement } from './liveMeasurement.ts';

const rulesOf = ({ validators }: RunnerMeasurement): Rule[] => validators.flatMap(parseValidator);

export function valueOf(measurement: RunnerMeasurement): string {
  const { measured_value: value, units } = measurement;
  const text = measuredText(value, limitsOf(rulesOf(measurement)));
  if (text === null) return value === undefined ? 'not set' : 'null';
  return units === null ? text : `${text} ${units}`;
}

export function expectedOf(measurement: RunnerMeasurement): string {
  const text = limitsText(rulesOf(measurement));
  return text === '' || measurement.units === null ? text : `${text} ${measurement.units}`;
}

/** Whether the verdict of a measurement with limits follows later, as in procedures. */
export const isPending = ({ outcome, measured_value: value, validators }: RunnerMeasurement): boolean =>
  outcome === 'UNSET' && value !== undefined && validators.length > 0;

export function measurementLine(measurement: RunnerMeasurement): string {
  const { name, outcome, measured_value: value, validators } = measurement;
  const rules = rulesOf(measurement);
  const limits = limitsText(rules);
  const { is_marginal } = toLiveMeasurement({ ...measurement, value, validators });
  const verdict = is_marginal ? `${outcome}, marginal (outside ${marginalText(rules)})` : outcome;
  return `${name} = ${valueOf(measurement)}${limits === '' ? '' : `, expected ${limits}`}: ${verdict}`;
}

export function currentLine(measurement: RunnerMeasurement): string {
  if (!isPending(measurement)) return measurementLine(measurement);
  const expected = limitsText(rulesOf(measurement));
  return `${measurement.name} = ${valueOf(measurement)}, expected ${expected}: no verdict before the end of the phase`;
}
