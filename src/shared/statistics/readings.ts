/** Measured values, apart from what is no number. The statistics of this folder take `values`. */
export interface Readings {
  /** Finite numbers in the order in which they were measured. */
  readonly values: number[];
  /** Values that were not measured. */
  readonly missing: number;
  readonly notANumber: number;
  /** Readings below and above the range of the instrument, such as -Infinity and 9.9e37. */
  readonly belowRange: number;
  readonly aboveRange: number;
}

/** What SCPI instruments return for an overload (SCPI-99, volume 1, 7.2.1). */
export const overloadReading = 9.9e37;

/** Returns the values that can be computed with, and how many cannot. */
export function readingsOf(values: readonly (number | null)[]): Readings {
  const numbers = values.filter((value) => value !== null);
  return {
    values: numbers.filter((value) => Math.abs(value) < overloadReading),
    missing: values.length - numbers.length,
    notANumber: numbers.filter(Number.isNaN).length,
    belowRange: numbers.filter((value) => value <= -overloadReading).length,
    aboveRange: numbers.filter((value) => value >= overloadReading).length,
  };
}
