import { type StationUse, useLeaseMs, type WindowUse } from '../../../shared/contract/stationUse.ts';
import { isoTime } from '../../store/time.ts';
import { type Clock, systemClock } from '../presence/clock.ts';

export interface UsingWindow {
  readonly id: string;
  readonly userId: string;
  readonly userName: string;
  readonly machine: string;
}

interface Use {
  window: UsingWindow;
  since: number;
  /** False if another user has taken the station over, and the window only finishes its test. */
  hasStation: boolean;
  test: { readonly name: string; readonly since: number } | null;
  expiresAtMs: number;
}

const maxWindows = 50;

type Refusal = 'taken' | 'running' | null;

/**
 * Which windows use which stations. The rules:
 *
 * - The windows of one user have a station, and no window of another user then.
 * - One window runs a test there. Only its own report, or its silence, ends that: not the user who takes the station over.
 * - A window that is silent for the time of the lease is forgotten. Its test may run on, and is recorded again when the window
 *   reports it.
 *
 * All of it is in memory: after a restart, the windows report again. Each call decides at once, so that of two windows that
 * want the same one is first.
 */
export class StationUses {
  readonly #stations = new Map<string, Map<string, Use>>();
  readonly #versions = new Map<string, number>();
  readonly #onChange: (station: string) => void;
  readonly #clock: Pick<Clock, 'now' | 'monotonic'>;
  /** Begins with the time, so that a version of an earlier process is never one of this. */
  #version: number;

  constructor(onChange: (station: string) => void, clock: Pick<Clock, 'now' | 'monotonic'> = systemClock) {
    this.#onChange = onChange;
    this.#clock = clock;
    this.#version = clock.now();
  }

  of(station: string): StationUse | null {
    const uses = [...this.#uses(station).values()];
    if (uses.length === 0) return null;
    const rank = ({ test, hasStation }: Use): number => (test !== null ? 0 : hasStation ? 1 : 2);
    uses.sort((a, b) => rank(a) - rank(b) || a.since - b.since);
    return { version: this.#versions.get(station) ?? 0, windows: uses.map(asWindowUse) };
  }

  want(station: string, window: UsingWindow): Refusal {
    if (this.#isTaken(station, window)) {
      // A window that has lost the station has finished its test.
      this.end(station, window);
      return 'taken';
    }
    this.#put(station, window, { hasStation: true, test: null });
    return null;
  }

  start(station: string, window: UsingWindow, test: string): Refusal {
    if (this.#others(station, window).some((other) => other.test !== null)) return 'running';
    if (this.#isTaken(station, window)) return 'taken';
    this.#put(station, window, { hasStation: true, test });
    return null;
  }

  /** The window runs a test, whatever has happened since it has started it. */
  keepRunning(station: string, window: UsingWindow, test: string): void {
    this.#put(station, window, { hasStation: !this.#isTaken(station, window), test });
  }

  /** @returns false if the station is not used in the way of this version any more */
  takeOver(station: string, window: UsingWindow, version: number): boolean {
    const uses = this.#uses(station);
    if (uses.size === 0 || this.#versions.get(station) !== version) return false;
    for (const [key, use] of uses) {
      if (use.window.userId === window.userId) continue;
      if (use.test === null) uses.delete(key);
      else use.hasStation = false;
    }
    const own = uses.get(keyOf(window));
    const machine = own?.window.machine ?? window.machine;
    this.#put(station, { ...window, machine }, { hasStation: true, test: own?.test?.name ?? null }, true);
    return true;
  }

  end(station: string, window: Pick<UsingWindow, 'id' | 'userId'>): void {
    if (this.#uses(station).delete(keyOf(window))) this.#changed(station);
  }

  remove(station: string): void {
    this.#stations.delete(station);
    this.#versions.delete(station);
  }

  /** Forgets the windows that are silent. It is called regularly, so that others see it. */
  forgetSilent(): void {
    for (const station of this.#stations.keys()) this.#uses(station);
  }

  #uses(station: string): Map<string, Use> {
    const uses = this.#stations.get(station) ?? new Map<string, Use>();
    const now = this.#clock.monotonic();
    const silent = [...uses].filter(([, { expiresAtMs }]) => expiresAtMs <= now);
    for (const [key] of silent) uses.delete(key);
    if (silent.length > 0) this.#changed(station);
    return uses;
  }

  #others(station: string, window: UsingWindow): Use[] {
    const own = keyOf(window);
    return [...this.#uses(station)].flatMap(([key, use]) => (key === own ? [] : [use]));
  }

  #isTaken(station: string, { userId }: UsingWindow): boolean {
    return [...this.#uses(station).values()].some((use) => use.hasStation && use.window.userId !== userId);
  }

  #put(
    station: string,
    window: UsingWindow,
    { hasStation, test }: { hasStation: boolean; test: string | null },
    isChange = false,
  ): void {
    const uses = this.#uses(station);
    const before = uses.get(keyOf(window));
    const now = this.#clock.now();
    const isSameTest = test !== null && before?.test?.name === test;
    const after: Use = {
      window,
      since: before?.since ?? now,
      hasStation,
      test: isSameTest ? before.test : test === null ? null : { name: test, since: now },
      expiresAtMs: this.#clock.monotonic() + useLeaseMs,
    };
    this.#stations.set(station, uses.set(keyOf(window), after));
    makeRoom(uses);
    const isSame = before?.hasStation === hasStation && before.test?.name === after.test?.name;
    if (isChange || !isSame || before.window.machine !== window.machine) this.#changed(station);
  }

  #changed(station: string): void {
    this.#version += 1;
    if (this.#stations.get(station)?.size === 0) this.remove(station);
    else this.#versions.set(station, this.#version);
    this.#onChange(station);
  }
}

/** Lets a program that reports ever new windows not fill the memory. A window with a test is never left out. */
function makeRoom(uses: Map<string, Use>): void {
  for (const [key, { test }] of uses) {
    if (uses.size <= maxWindows) return;
    if (test === null) uses.delete(key);
  }
}

/** The id of a window counts together with its user, so that no user can report for the window of another one. */
const keyOf = ({ userId, id }: Pick<UsingWindow, 'id' | 'userId'>): string => `${userId} ${id}`;

const asWindowUse = ({ window, hasStation, since, test }: Use): WindowUse => ({
  window_id: window.id,
  user_id: window.userId,
  user_name: window.userName,
  machine: window.machine,
  has_station: hasStation,
  since: isoTime(since),
  test: test && { name: test.name, since: isoTime(test.since) },
});
