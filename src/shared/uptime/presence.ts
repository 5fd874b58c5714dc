import type { PresenceCause } from '../contract/presence.ts';
import type { TimeSpan } from './uptimeHistory.ts';

/** A station came or went, and why. */
export interface PresenceReport {
  at: number;
  isUp: boolean;
  cause: PresenceCause;
}

/** So long a station may be silent, whatever interval it names; milliseconds. */
const leastPatience = 60_000;

/** Milliseconds after the last heartbeat after which the next one counts as missed. */
export const patienceFor = (intervalMillis: number): number => Math.max(2.5 * intervalMillis, leastPatience);

/** How the two clocks went on between two looks; milliseconds. */
export interface ElapsedTime {
  wall: number;
  /** The clock that nobody sets. On some systems it stops while the machine sleeps, on others it does not. */
  monotonic: number;
}

/**
 * Whether nobody watched between two looks: the machine slept or the program was stopped, so that the look comes late, or
 * the clock was set, so that times before and after do not belong together.
 */
export const isGap = ({ wall, monotonic }: ElapsedTime, tickMillis: number): boolean =>
  Math.abs(wall - monotonic) > 2 * tickMillis || monotonic > 3 * tickMillis;

/** A heartbeat that is delivered late: the station was there from `at` on, for one interval. */
export interface LateHeartbeat {
  at: number;
  interval: number;
  farewell: boolean;
}

/**
 * The transitions after a late heartbeat. It repairs the time that it speaks for, where somebody watched, and the time to the
 * heartbeats beside it when they are so near that none was missed.
 * @param told those around it, in order; from the last one before on
 */
export function repaired(
  told: readonly PresenceReport[],
  beat: LateHeartbeat,
  observed: readonly TimeSpan[],
): PresenceReport[] {
  const patience = patienceFor(beat.interval) - beat.interval;
  const before = told.findLast(({ at }) => at <= beat.at);
  const isNear = before?.cause === 'heartbeat-missed' && beat.at - before.at <= patience;
  const from = isNear ? before.at : beat.at;
  if (beat.farewell) return ended(isNear ? filled(told, from, beat.at, observed) : told, beat);
  const end = beat.at + beat.interval;
  const next = told.find(({ at }) => at > end);
  return filled(told, from, next?.isUp === true && next.at - end <= patience ? next.at : end, observed);
}

function filled(
  told: readonly PresenceReport[],
  from: number,
  to: number,
  observed: readonly TimeSpan[],
): PresenceReport[] {
  return observed.reduce<PresenceReport[]>(
    (result, span) => upWithin(result, Math.max(from, span.from), Math.min(to, span.to)),
    [...told],
  );
}

function upWithin(told: readonly PresenceReport[], from: number, to: number): PresenceReport[] {
  if (from >= to) return [...told];
  const before = told.findLast(({ at }) => at < from);
  const last = told.findLast(({ at }) => at <= to);
  const came = told.find(({ at, isUp }) => at === from && isUp) ?? {
    at: from,
    isUp: true,
    cause: 'heartbeat' as const,
  };
  const went = last?.at === to ? last : { at: to, isUp: false, cause: 'heartbeat-missed' as const };
  return [
    ...told.filter(({ at }) => at < from),
    ...(before?.isUp === true ? [] : [came]),
    ...(last?.isUp === true ? [] : [went]),
    ...told.filter(({ at }) => at > to),
  ];
}

/** The station went when it took its leave, not one interval later. */
function ended(told: readonly PresenceReport[], { at, interval }: LateHeartbeat): PresenceReport[] {
  const place = told.findIndex((each) => each.at >= at);
  const went = told[place];
  const came = told[place - 1];
  if (went?.cause !== 'heartbeat-missed' || went.at - at > interval || !came?.isUp) return [...told];
  return told.with(place, { at, isUp: false, cause: 'heartbeat' });
}
