import type { SpecLimits } from '../statistics/capability.ts';

/** The editor shows a sentence for each of them, which says more. */
export type RefusalReason =
  | 'syntaxError'
  | 'notFound'
  | 'ambiguous'
  | 'placeholder'
  | 'shared'
  | 'repeated'
  | 'computed'
  | 'unknownConstant'
  | 'sharedConstant'
  | 'otherRule'
  | 'severalLimits'
  | 'marginal'
  | 'converted'
  | 'notImported'
  | 'changedElsewhere'
  | 'decidedElsewhere'
  | 'invalid';

export interface LimitsRefusal {
  readonly kind: 'refused';
  readonly reason: RefusalReason;
  /** The part of the source that is the reason, or the name that was not found. */
  readonly text: string;
  readonly line: number | null;
  readonly otherLines: readonly number[];
}

export class LimitsRefusedError extends Error {
  override readonly name = 'LimitsRefusedError';
  readonly refusal: LimitsRefusal;

  constructor(reason: RefusalReason, text: string, line: number | null, otherLines: readonly number[] = []) {
    super(`${reason}: ${text}`);
    this.refusal = { kind: 'refused', reason, text, line, otherLines };
  }
}

export function orRefusal<T>(read: () => T): T | LimitsRefusal {
  try {
    return read();
  } catch (error) {
    if (error instanceof LimitsRefusedError) return error.refusal;
    throw error;
  }
}

export function refuseInvalid({ lower, upper }: SpecLimits, measurementName: string): void {
  const given = [lower, upper].filter((limit) => limit !== null);
  if (given.length === 0 || !given.every(Number.isFinite) || (lower !== null && upper !== null && lower > upper)) {
    throw new LimitsRefusedError('invalid', measurementName, null);
  }
}
