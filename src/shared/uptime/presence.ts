import type { PresenceCause } from '../contract/presence.ts';
import type { TimeSpan } from './uptimeHistory.ts';

export interface PresenceReport {
  at: number;
  isUp: boolean;
  cause: PresenceCause;
}

const minHeartbeatTimeoutMs = 60_000;

export const heartbeatTimeoutMs = (intervalMillis: number): number =>
  Math.max(2.5 * intervalMillis, minHeartbeatTimeoutMs);

export interface ElapsedTime {
  wall: number;
  /** By the monotonic clock, which stops on some systems while the machine sleeps. */
  monotonic: number;
}

/** The check is late because the machine slept or the program was suspended, or the clock was set. */
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
 * @param reports the transitions around it in order, from the last one before it
 */
export function applyLateHeartbeat(
  reports: readonly PresenceReport[],
  beat: LateHeartbeat,
  observed: readonly TimeSpan[],
): PresenceReport[] {
  const patience = heartbeatTimeoutMs(beat.interval) - beat.interval;
  const before = reports.findLast(({ at }) => at <= beat.at);
  const isNear = before?.cause === 'heartbeat-missed' && beat.at - before.at <= patience;
  const from = isNear ? before.at : beat.at;
  if (beat.farewell)
    return withDisconnect(isNear ? withConnectedTime(reports, from, beat.at, observed) : reports, beat);
  const end = beat.at + beat.interval;
  const next = reports.find(({ at }) => at > end);
  return withConnectedTime(reports, from, next?.isUp === true && next.at - end <= patience ? next.at : end, observed);
}

function withConnectedTime(
  reports: readonly PresenceReport[],
  from: number,
  to: number,
  observed: readonly TimeSpan[],
): PresenceReport[] {
  return observed.reduce<PresenceReport[]>(
    (result, span) => withConnectedSpan(result, Math.max(from, span.from), Math.min(to, span.to)),
    [...reports],
  );
}

function withConnectedSpan(reports: readonly PresenceReport[], from: number, to: number): PresenceReport[] {
  if (from >= to) return [...reports];
  const before = reports.findLast(({ at }) => at < from);
  const last = reports.findLast(({ at }) => at <= to);
  const connect = reports.find(({ at, isUp }) => at === from && isUp) ?? {
    at: from,
    isUp: true,
    cause: 'heartbeat' as const,
  };
  const disconnect = last?.at === to ? last : { at: to, isUp: false, cause: 'heartbeat-missed' as const };
  return [
    ...reports.filter(({ at }) => at < from),
    ...(before?.isUp === true ? [] : [connect]),
    ...(last?.isUp === true ? [] : [disconnect]),
    ...reports.filter(({ at }) => at > to),
  ];
}

function withDisconnect(reports: readonly PresenceReport[], { at, interval }: LateHeartbeat): PresenceReport[] {
  const place = reports.findIndex((each) => each.at >= at);
  const disconnect = reports[place];
  const connect = reports[place - 1];
  if (disconnect?.cause !== 'heartbeat-missed' || disconnect.at - at > interval || !connect?.isUp) return [...reports];
  return reports.with(place, { at, isUp: false, cause: 'heartbeat' });
}
