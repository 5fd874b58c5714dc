import { bounds, type LiveMeasurement, liveMeasurement } from '../../contract/liveTest.ts';
import { limitsOf } from '../run/limits.ts';
import { limitsText } from '../run/results.ts';
import { parseValidator } from '../run/validators.ts';
import { readableValue } from '../values.ts';

/** What both OpenHTF's state and the runner tell of a measurement. */
export interface MeasuredValue {
  readonly name: string;
  readonly outcome: string | null | undefined;
  readonly value: unknown;
  readonly units: string | null;
  /** In OpenHTF's text forms. */
  readonly validators: readonly string[];
}

export const cut = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length)}…` : text;

/** A measurement as it is shown. */
export function toLiveMeasurement({ name, outcome, value, units, validators }: MeasuredValue): LiveMeasurement {
  const { limits, lower, upper } = limitsFor(validators);
  return {
    name: cut(name, bounds.name),
    outcome: liveMeasurement.shape.outcome.safeParse(outcome).data ?? 'UNSET',
    value: valueText(value),
    number: typeof value === 'number' && Number.isFinite(value) ? value : null,
    units: units === null ? null : cut(units, bounds.name),
    limits,
    lower,
    upper,
  };
}

/** A table of points is told by its length: its rows are for the report. */
function valueText(value: unknown): string | null {
  if (Array.isArray(value) && Array.isArray(value[0])) return `${value.length} points`;
  const text = readableValue(value);
  return text === null ? null : cut(text, bounds.name);
}

type ShownLimits = Pick<LiveMeasurement, 'limits' | 'lower' | 'upper'>;

/** Limits are the same in every unit, so they are read once. */
const known = new Map<string, ShownLimits>();
const knownAtMost = 5_000;

function limitsFor(validators: readonly string[]): ShownLimits {
  const key = validators.join('\n');
  const found = known.get(key);
  if (found !== undefined) return found;
  const rules = validators.slice(0, 20).flatMap((text) => parseValidator(cut(text, bounds.line)));
  const { lower, upper } = limitsOf(rules);
  const read = { limits: cut(limitsText(rules), bounds.name), lower, upper };
  if (known.size >= knownAtMost) known.clear();
  if (key.length < 2 * bounds.line) known.set(key, read);
  return read;
}
