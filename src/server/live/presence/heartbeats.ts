import type { PresenceCause } from '../../../shared/contract/presence.ts';
import { heartbeatTimeoutMs } from '../../../shared/uptime/presence.ts';
import type { Clock } from './clock.ts';
import type { Observer } from './observer.ts';
import type { Presences } from './presences.ts';
import type { StationPresence } from './stationPresence.ts';

export interface Heartbeat {
  intervalMs: number;
  isRunning: boolean;
  isLast: boolean;
  /** When it was true, in milliseconds since 1970; null: on arrival. */
  at: number | null;
  /** The script run that it is about; null: the station. */
  scriptRun: string | null;
}

interface Timer {
  readonly station: StationPresence;
  lastAt: number;
  intervalMs: number;
  cancel: () => void;
}

const maxScriptRuns = 20;

export class Heartbeats {
  readonly #presences: Presences;
  readonly #observer: Observer;
  readonly #clock: Clock;
  readonly #timers = new Map<string, Map<string, Timer>>();

  constructor(presences: Presences, observer: Observer, clock: Clock) {
    this.#presences = presences;
    this.#observer = observer;
    this.#clock = clock;
  }

  async receive(station: StationPresence, beat: Heartbeat): Promise<void> {
    // A late heartbeat is handled after the previous ones have repaired their past.
    if (beat.at !== null) await this.#presences.save();
    const now = this.#observer.now();
    const at = Math.min(beat.at ?? now, now);
    const { intervalMs } = beat;
    const isLate = now - at >= heartbeatTimeoutMs(intervalMs) || (!station.isUp && at <= station.lastAt);
    if (isLate && at < now) {
      const alive = { from: this.#observer.startedAt, to: now };
      await this.#presences.repair(station, { at, interval: intervalMs, farewell: beat.isLast }, alive);
      return;
    }
    const name = `heartbeat ${beat.scriptRun ?? ''}`;
    const cause: PresenceCause = beat.scriptRun === null ? 'heartbeat' : 'run';
    if (beat.isLast) {
      this.#drop(station.id, name);
      station.end(name, at, cause);
    } else {
      const startedAt = Math.max(at, this.#observer.startedAt);
      this.#expectNext(station, name, startedAt, intervalMs);
      station.report(name, { isRunning: beat.isRunning, intervalMs }, startedAt, cause);
    }
    this.#presences.saveChanged(station);
    await this.#presences.save();
  }

  /** After a time in which nothing was watched, heartbeats may have been missed unseen, so that each timer starts again. */
  restartTimers(): void {
    for (const timers of this.#timers.values()) {
      for (const [name, timer] of timers) {
        // After the clock was put back, the last heartbeat would be in the future for too long.
        timer.lastAt = Math.min(timer.lastAt, this.#observer.startedAt);
        this.#startTimer(name, timer, heartbeatTimeoutMs(timer.intervalMs));
      }
    }
  }

  remove(station: StationPresence): void {
    for (const { cancel } of this.#timers.get(station.id)?.values() ?? []) cancel();
    this.#timers.delete(station.id);
  }

  stop(): void {
    for (const timers of this.#timers.values()) for (const { cancel } of timers.values()) cancel();
    this.#timers.clear();
  }

  #expectNext(station: StationPresence, name: string, at: number, intervalMs: number): void {
    const timers = this.#timers.get(station.id) ?? new Map<string, Timer>();
    this.#timers.set(station.id, timers);
    const known = timers.get(name);
    const lastAt = Math.max(at, known?.lastAt ?? at);
    const timer = { station, lastAt, intervalMs, cancel: known?.cancel ?? (() => {}) };
    // Move it to the end: the map is ordered by the last heartbeat.
    timers.delete(name);
    timers.set(name, timer);
    this.#startTimer(name, timer, lastAt + heartbeatTimeoutMs(intervalMs) - this.#clock.now());
    for (const oldest of timers.keys()) {
      if (timers.size <= maxScriptRuns) break;
      this.#markMissed(oldest, station.id);
    }
  }

  #startTimer(name: string, timer: Timer, millis: number): void {
    timer.cancel();
    timer.cancel = this.#clock.after(millis, () => {
      const since = this.#observer.startedAt;
      this.#observer.now();
      if (this.#observer.startedAt === since) this.#markMissed(name, timer.station.id); // otherwise all timers have started again
    });
  }

  /** The station was connected for one interval after the last heartbeat. A time that was not watched stays unknown. */
  #markMissed(name: string, stationId: string): void {
    const timer = this.#timers.get(stationId)?.get(name);
    if (!timer) return;
    const { station, lastAt, intervalMs } = timer;
    const now = this.#observer.now();
    const endedAt = Math.min(now, Math.max(lastAt + intervalMs, this.#observer.startedAt));
    this.#drop(stationId, name);
    station.end(name, endedAt, 'heartbeat-missed', lastAt);
    this.#presences.saveChanged(station);
  }

  #drop(stationId: string, name: string): void {
    const timers = this.#timers.get(stationId);
    timers?.get(name)?.cancel();
    timers?.delete(name);
    if (timers?.size === 0) this.#timers.delete(stationId);
  }
}
