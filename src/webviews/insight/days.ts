export const dayMs = 86_400_000;

export const dayNumber = (date: string): number => Date.parse(date) / dayMs;

/** Returns all days from the first to the last as numbers since 1970, with undefined where there is nothing. */
export function byDay<Day extends { readonly date: string }>(
  found: readonly Day[],
): { readonly x: number[]; readonly days: (Day | undefined)[] } {
  const byNumber = new Map(found.map((day) => [dayNumber(day.date), day]));
  const numbers = [...byNumber.keys()];
  const first = numbers.reduce((a, b) => Math.min(a, b), Infinity);
  const last = numbers.reduce((a, b) => Math.max(a, b), -Infinity);
  const x = last >= first ? Array.from({ length: last - first + 1 }, (_, index) => first + index) : [];
  return { x, days: x.map((number) => byNumber.get(number)) };
}
