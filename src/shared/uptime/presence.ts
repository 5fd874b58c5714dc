import type { PresenceCause } from '../contract/presence.ts';
import type { TimeSpan } from './uptimeHistory.ts';

/** A station connected or disconnected, with the cause. */
export interface PresenceReport {
  at: number;
  isUp: boolean;
  cause: PresenceCause;
}

/** The shortest silence after which a station counts as disconnected. */
const minPatienceMs = 60_000;

/** Returns the milliseconds after the last heartbeat at which the next one counts as missed. */
export const patienceFor = (intervalMillis: number): number => Math.max(2.5 * intervalMillis, minPatienceMs);

/** The milliseconds that two clocks have advanced between two checks. */
export interface ElapsedTime {
  wall: number;
  /** By the monotonic clock, which stops on some systems while the machine sleeps. */
  monotonic: number;
}

/**
 * Returns whether the time between two checks was not observed: the check is late because the machine slept or the program
 * was suspended, or the clock was set.
 */
export const isGap = ({ wall, monotonic }: ElapsedTime, tickMillis: number): boolean =>
  Math.abs(wall - monotonic) > 2 * tickMillis || monotonic > 3 * tickMillis;

/** A heartbeat that is delivered late: the station was connected from `at` for one interval. */
export interface LateHeartbeat {
  at: number;
  interval: number;
  farewell: boolean;
}

/**
 * Returns the transitions after a late heartbeat. It corrects the observed part of its interval, and the time to the
 * neighboring heartbeats if none was missed between them.
 * @param told the transitions around it in order, from the last one before it
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

/** Ends the interval at the time at which the station disconnected cleanly. */
function ended(told: readonly PresenceReport[], { at, interval }: LateHeartbeat): PresenceReport[] {
  const place = told.findIndex((each) => each.at >= at);
  const went = told[place];
  const came = told[place - 1];
  if (went?.cause !== 'heartbeat-missed' || went.at - at > interval || !came?.isUp) return [...told];
  return told.with(place, { at, isUp: false, cause: 'heartbeat' });
}
