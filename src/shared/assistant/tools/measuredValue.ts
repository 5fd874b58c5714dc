import * as z from 'zod';
import { measurementOutcome } from '../../contract/common.ts';
import { limitsOf } from '../../run/limits.ts';
import { isMarginal, limitsText, type ReportedValue } from '../../run/results.ts';
import { untrustedName } from '../untrustedText.ts';

export const measuredValue = z.object({
  outcome: measurementOutcome,
  value: z.union([z.number(), z.boolean(), untrustedName]).nullable(),
  units: untrustedName.nullable(),
  limits: untrustedName.describe('All rules of the value as text; empty without one.'),
  lower: z.number().nullable(),
  upper: z.number().nullable(),
  is_marginal: z.boolean(),
});

export function measuredValueOf(result: ReportedValue): z.input<typeof measuredValue> {
  const { value, validators } = result;
  const { lower, upper } = limitsOf(validators);
  return {
    outcome: result.outcome,
    value: plainValue(value),
    units: result.units,
    limits: limitsText(validators),
    lower,
    upper,
    is_marginal: isMarginal(result),
  };
}

function plainValue(value: unknown): number | boolean | string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  return JSON.stringify(value);
}
