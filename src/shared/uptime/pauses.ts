import type { Pause } from '../contract/pauses.ts';

export const pauseAt = (pauses: readonly Pause[], time: number): Pause | undefined =>
  pauses.find(
    ({ starts_at, ends_at }) => Date.parse(starts_at) <= time && (ends_at === null || Date.parse(ends_at) > time),
  );

export function nextPauseChange(pauses: readonly Pause[], time: number): number | undefined {
  const times = pauses.flatMap(({ starts_at, ends_at }) => [
    Date.parse(starts_at),
    ...(ends_at === null ? [] : [Date.parse(ends_at)]),
  ]);
  const later = times.filter((each) => each > time);
  return later.length === 0 ? undefined : Math.min(...later);
}
