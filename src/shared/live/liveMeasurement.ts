import { bounds, type LiveMeasurement, liveMeasurement } from '../contract/liveTest.ts';
import { type Limits, limitsOf } from '../run/limits.ts';
import { limitsText, measuredText } from '../run/results.ts';
import { parseValidator } from '../run/validators.ts';

export interface MeasuredValue {
  readonly name: string;
  readonly outcome: string | null | undefined;
  readonly value: unknown;
  readonly units: string | null;
  readonly validators: readonly string[];
}

export const truncate = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length)}…` : text;

export function toLiveMeasurement({ name, outcome, value, units, validators }: MeasuredValue): LiveMeasurement {
  const { text, ...limits } = limitsFor(validators);
  const number = typeof value === 'number' && Number.isFinite(value) ? value : null;
  return {
    name: truncate(name, bounds.name),
    outcome: liveMeasurement.shape.outcome.safeParse(outcome).data ?? 'UNSET',
    value: valueText(value, limits),
    number,
    units: units === null || isTable(value) ? null : truncate(units, bounds.name),
    limits: text,
    lower: limits.lower,
    upper: limits.upper,
    is_marginal:
      outcome === 'PASS' &&
      number !== null &&
      (number < (limits.marginalLower ?? -Infinity) || number > (limits.marginalUpper ?? Infinity)),
  };
}

const isTable = (value: unknown): value is unknown[] => Array.isArray(value) && Array.isArray(value[0]);

function valueText(value: unknown, limits: Limits): string | null {
  if (isTable(value)) return value.length === 1 ? '1 point' : `${value.length} points`;
  const text = measuredText(value, limits);
  return text === null ? null : truncate(text, bounds.name);
}

type ShownLimits = Limits & { text: string };

/** Parsed limits by their text, because they are the same for every unit. */
const known = new Map<string, ShownLimits>();
const knownAtMost = 5_000;

function limitsFor(validators: readonly string[]): ShownLimits {
  const key = validators.join('\n');
  const found = known.get(key);
  if (found !== undefined) return found;
  const rules = validators.slice(0, 20).flatMap((text) => parseValidator(truncate(text, bounds.line)));
  const read = { text: truncate(limitsText(rules), bounds.name), ...limitsOf(rules) };
  if (known.size >= knownAtMost) known.clear();
  if (key.length < 2 * bounds.line) known.set(key, read);
  return read;
}
