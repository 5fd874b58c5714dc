import type { Pause } from '../../contract/presence.ts';

/** The maintenance or pause that is on at a time. @param time milliseconds since 1970 */
export const pauseAt = (pauses: readonly Pause[], time: number): Pause | undefined =>
  pauses.find(
    ({ starts_at, ends_at }) => Date.parse(starts_at) <= time && (ends_at === null || Date.parse(ends_at) > time),
  );
