const pattern =
  /^P(?=\d|T\d)(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?(?:T(?=\d)(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;
const millisOf = [7 * 86_400_000, 86_400_000, 3_600_000, 60_000, 1_000];

/** Reads `P1DT2H1.500000S`. @returns milliseconds; null for other text, and for years and months, whose length varies */
export function parseDuration(text: string): number | null {
  const match = pattern.exec(text);
  if (!match) return null;
  return millisOf.reduce((sum, millis, i) => sum + Number(match[i + 1] ?? 0) * millis, 0);
}

export function durationSeconds(text: string): number | null {
  const millis = parseDuration(text);
  return millis === null ? null : millis / 1000;
}

/** Writes milliseconds as an ISO 8601 duration. Negative values are written as `PT0S`. */
export function toIsoDuration(millis: number): string {
  let rest = Math.max(0, Math.round(millis));
  const take = (size: number): number => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count;
  };
  const days = take(86_400_000);
  const hours = take(3_600_000);
  const minutes = take(60_000);
  const date = days ? `${days}D` : '';
  const time = (hours ? `${hours}H` : '') + (minutes ? `${minutes}M` : '') + (rest ? `${rest / 1000}S` : '');
  return date || time ? `P${date}${time && `T${time}`}` : 'PT0S';
}
