/** Formats fractions with up to nine significant digits, so that 3.3000000000000003 is 3.3, and integers with all digits. */
export function formatValue(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number') return String(Number.isSafeInteger(value) ? value : Number(value.toPrecision(9)));
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function formatSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power]}`;
}
