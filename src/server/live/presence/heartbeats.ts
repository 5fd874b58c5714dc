import type { PresenceCause } from '../../../shared/contract/presence.ts';
import { heartbeatTimeoutMs } from '../../../shared/uptime/presence.ts';
import type { Clock } from './clock.ts';
import type { Observer } from './observer.ts';
import type { Presences } from './presences.ts';
import type { StationPresence } from './stationPresence.ts';

/** What a program regularly reports of its station. */
export interface Heartbeat {
  intervalMillis: number;
  running: boolean;
  farewell: boolean;
  /** When it was true, if it arrives late; milliseconds since 1970. */
  at: number | null;
  /** The script run that it is about; null: the station. */
  scriptRun: string | null;
}

interface Beating {
  readonly station: StationPresence;
  last: number;
  interval: number;
  cancel: () => void;
}

/**
 * The number of script runs of a station that are told apart. Above it, the one that was silent for longest is dropped.
 */
const maxScriptRuns = 20;

/** The sources that regularly report that their station is connected. A missing report means that it disconnected. */
export class Heartbeats {
  readonly #presences: Presences;
  readonly #observer: Observer;
  readonly #clock: Clock;
  readonly #beating = new Map<string, Map<string, Beating>>();

  constructor(presences: Presences, observer: Observer, clock: Clock) {
    this.#presences = presences;
    this.#observer = observer;
    this.#clock = clock;
  }

  /** Resolves when it is stored. */
  async beat(station: StationPresence, beat: Heartbeat): Promise<void> {
    // A late heartbeat is handled after the previous ones have repaired their past.
    if (beat.at !== null) await this.#presences.save();
    const now = this.#observer.now();
    const at = Math.min(beat.at ?? now, now);
    const interval = beat.intervalMillis;
    const isLate = now - at >= heartbeatTimeoutMs(interval) || (!station.isUp && at <= station.lastAt);
    if (isLate && at < now) {
      const alive = { from: this.#observer.startedAt, to: now };
      await this.#presences.repair(station, { at, interval, farewell: beat.farewell }, alive);
      return;
    }
    const name = `heartbeat ${beat.scriptRun ?? ''}`;
    const cause: PresenceCause = beat.scriptRun === null ? 'heartbeat' : 'run';
    if (beat.farewell) {
      this.#drop(station.id, name);
      station.end(name, at, cause);
    } else {
      const began = Math.max(at, this.#observer.startedAt);
      this.#expect(station, name, began, interval);
      station.report(name, { running: beat.running, interval }, began, cause);
    }
    this.#presences.changed(station);
    await this.#presences.save();
  }

  /**
   * After a time in which nothing was watched, heartbeats may have been missed unseen, so that each timer starts again.
   */
  restartTimers(): void {
    for (const beats of this.#beating.values()) {
      for (const [name, beating] of beats) {
        // After the clock was put back, the last heartbeat would be in the future for too long.
        beating.last = Math.min(beating.last, this.#observer.startedAt);
        this.#startTimer(name, beating, heartbeatTimeoutMs(beating.interval));
      }
    }
  }

  /** Ends the station's heartbeats without counting them as missed. */
  remove(station: StationPresence): void {
    for (const { cancel } of this.#beating.get(station.id)?.values() ?? []) cancel();
    this.#beating.delete(station.id);
  }

  stop(): void {
    for (const beats of this.#beating.values()) for (const { cancel } of beats.values()) cancel();
    this.#beating.clear();
  }

  #expect(station: StationPresence, name: string, at: number, interval: number): void {
    const beats = this.#beating.get(station.id) ?? new Map<string, Beating>();
    this.#beating.set(station.id, beats);
    const known = beats.get(name);
    const beating = { station, last: Math.max(at, known?.last ?? at), interval, cancel: known?.cancel ?? (() => {}) };
    // Move it to the end: the map is ordered by the last heartbeat.
    beats.delete(name);
    beats.set(name, beating);
    this.#startTimer(name, beating, beating.last + heartbeatTimeoutMs(interval) - this.#clock.now());
    for (const oldest of beats.keys()) {
      if (beats.size <= maxScriptRuns) break;
      this.#markMissed(oldest, station.id);
    }
  }

  #startTimer(name: string, beating: Beating, millis: number): void {
    beating.cancel();
    beating.cancel = this.#clock.after(millis, () => {
      const since = this.#observer.startedAt;
      this.#observer.now();
      if (this.#observer.startedAt === since) this.#markMissed(name, beating.station.id); // otherwise all timers have started again
    });
  }

  /** The station was connected for one interval after the last heartbeat. A time that was not watched stays unknown. */
  #markMissed(name: string, stationId: string): void {
    const beating = this.#beating.get(stationId)?.get(name);
    if (!beating) return;
    const { station, last, interval } = beating;
    const now = this.#observer.now();
    const went = Math.min(now, Math.max(last + interval, this.#observer.startedAt));
    this.#drop(stationId, name);
    station.end(name, went, 'heartbeat-missed', last);
    this.#presences.changed(station);
  }

  #drop(stationId: string, name: string): void {
    const beats = this.#beating.get(stationId);
    beats?.get(name)?.cancel();
    beats?.delete(name);
    if (beats?.size === 0) this.#beating.delete(stationId);
  }
}
