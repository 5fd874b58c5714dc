import type { PresenceCause } from '../../../shared/contract/presence.ts';
import { patienceFor } from '../../../shared/uptime/presence.ts';
import type { Clock } from './clock.ts';
import type { Observer } from './observer.ts';
import type { Presences } from './presences.ts';
import type { StationPresence } from './stationPresence.ts';

/** What a program tells of its station, again and again. */
export interface Heartbeat {
  intervalMillis: number;
  running: boolean;
  farewell: boolean;
  /** When it was meant, if it came late; milliseconds since 1970. */
  at: number | null;
  /** Of which run of a script it tells; null: of the station. */
  scriptRun: string | null;
}

interface Beating {
  readonly station: StationPresence;
  last: number;
  interval: number;
  cancel: () => void;
}

/** Script runs of a station that are told apart; of more, the one that was silent longest makes room. */
const mostOfOneStation = 20;

/** The sources that say again and again that their station is there, and are missed when they do not. */
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
    // One that speaks for the past is taken after those before it have repaired theirs.
    if (beat.at !== null) await this.#presences.save();
    const now = this.#observer.now();
    const at = Math.min(beat.at ?? now, now);
    const interval = beat.intervalMillis;
    const isLate = now - at >= patienceFor(interval) || (!station.isUp && at <= station.lastAt);
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
      station.tell(name, { running: beat.running, interval }, began, cause);
    }
    this.#presences.changed(station);
    await this.#presences.save();
  }

  /** Nobody watched for a while: what came in the meantime is not known, so that each has its time anew. */
  renew(): void {
    for (const beats of this.#beating.values()) {
      for (const [name, beating] of beats) {
        // A clock that was put back would wait for the next one until it is later than the last one again.
        beating.last = Math.min(beating.last, this.#observer.startedAt);
        this.#plan(name, beating, patienceFor(beating.interval));
      }
    }
  }

  /** The station's heartbeats end without being missed. */
  forget(station: StationPresence): void {
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
    // The one that was heard last goes last.
    beats.delete(name);
    beats.set(name, beating);
    this.#plan(name, beating, beating.last + patienceFor(interval) - this.#clock.now());
    for (const oldest of beats.keys()) {
      if (beats.size <= mostOfOneStation) break;
      this.#miss(oldest, station.id);
    }
  }

  #plan(name: string, beating: Beating, millis: number): void {
    beating.cancel();
    beating.cancel = this.#clock.after(millis, () => {
      const since = this.#observer.startedAt;
      this.#observer.now();
      if (this.#observer.startedAt === since) this.#miss(name, beating.station.id); // else all have their time anew
    });
  }

  /** The station was there for one interval after the last one; but of a time that nobody saw nothing is said. */
  #miss(name: string, stationId: string): void {
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
