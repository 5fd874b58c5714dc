import type { SpecLimits } from '../statistics/capability.ts';

export type RefusalReason =
  /** The script cannot be parsed. */
  | 'syntaxError'
  /** No measurement of the phase is declared with this name as plain text. */
  | 'notFound'
  /** Several declarations fit. */
  | 'ambiguous'
  /** The declaration has placeholders, so that several measurements share it. */
  | 'placeholder'
  /** Several phases use the declaration. */
  | 'shared'
  /** A loop, or a function with parameters, creates the declaration. */
  | 'repeated'
  /** The limits, or the way to the phase, are computed. */
  | 'computed'
  /** A constant that is not a plain number of this file. */
  | 'unknownConstant'
  /** A constant that is used in other places, too. */
  | 'sharedConstant'
  /** The measurement has a validator, or a validator has an option, that limits would contradict. */
  | 'otherRule'
  /** The limits are declared twice. */
  | 'severalLimits'
  /** The marginal limits would be outside the limits. */
  | 'marginal'
  /** The limits are converted to another type than a float. */
  | 'converted'
  /** `Measurement` is not imported. */
  | 'notImported'
  /** The script changes limits elsewhere. */
  | 'changedElsewhere'
  /** The old limits are also written elsewhere, where the script decides the outcome. */
  | 'decidedElsewhere'
  /** The new limits are no numbers, in the wrong order, or missing. */
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

/** @throws LimitsRefusedError if the new limits are no numbers, in the wrong order, or missing */
export function refuseInvalid({ lower, upper }: SpecLimits, measurementName: string): void {
  const given = [lower, upper].filter((limit) => limit !== null);
  if (given.length === 0 || !given.every(Number.isFinite) || (lower !== null && upper !== null && lower > upper)) {
    throw new LimitsRefusedError('invalid', measurementName, null);
  }
}
