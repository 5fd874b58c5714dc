export const sorted = (values: readonly number[]): number[] => Array.from(Float64Array.from(values).sort());

/** Interpolates linearly (Hyndman and Fan's type 7, the default of R and numpy). @param share from 0 to 1 */
export function sortedQuantile(values: readonly number[], share: number): number | null {
  checkShare(share);
  const position = share * (values.length - 1);
  const below = Math.floor(position);
  const [lower, upper] = [values[below], values[below + 1]];
  if (lower === undefined) return null;
  return upper === undefined ? lower : lower + (upper - lower) * (position - below);
}

/** Returns how many values a quantile needs to mean anything: one beyond it is expected. 20 for 95 %, 100 for 99 %. */
export function valuesNeededForQuantile(share: number): number {
  checkShare(share);
  const beyond = Math.min(share, 1 - share);
  return beyond === 0 ? 1 : Math.ceil(1 / beyond - 1e-9);
}

export function checkShare(share: number): void {
  if (!(share >= 0 && share <= 1)) throw new RangeError(`A share is from 0 to 1, not ${share}.`);
}
