import * as z from 'zod';
import type { StationState } from '../../../shared/contract/overview.ts';
import type { PresenceCause } from '../../../shared/contract/presence.ts';
import { heartbeatTimeoutMs } from '../../../shared/uptime/presence.ts';
import { lastAlive } from '../../store/observers.ts';
import { resetPresence, storedPresences } from '../../store/presence.ts';
import type { Store } from '../../store/tables.ts';
import type { LiveStream, StreamEnd, StreamListener } from '../streaming/streams.ts';
import type { Clock } from './clock.ts';
import { Followers } from './followers.ts';
import { type Heartbeat, Heartbeats } from './heartbeats.ts';
import { Observer } from './observer.ts';
import { Presences } from './presences.ts';
import type { StationPresence } from './stationPresence.ts';

const causes: Record<Exclude<StreamEnd, 'server'>, PresenceCause> = {
  farewell: 'stream',
  lost: 'stream-lost',
  key: 'key',
};

/** The part of OpenHTF's state that says whether a test is being executed. */
const statusOf = z.object({ status: z.string() });
const isRunning = (state: unknown): boolean => statusOf.safeParse(state).data?.status === 'RUNNING';

/** Stores which stations are connected, from live streams, heartbeats and followed station servers. */
export class PresenceRecorder implements StreamListener {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #presences: Presences;
  readonly #observer: Observer;
  readonly #heartbeats: Heartbeats;
  readonly #followers: Followers;
  readonly #absenceTimers = new Map<string, () => void>();

  /**
   * @param onChange called after the store changed
   * @param onFollowed receives the states of followed station servers
   */
  constructor(
    store: Store,
    clock: Clock,
    { onChange, onFollowed }: { onChange: () => void; onFollowed: readonly StreamListener[] },
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#presences = new Presences(store, onChange);
    this.#observer = new Observer(store, clock, {
      onTick: () => void this.#presences.save(),
      onGap: () => this.#onGap(),
    });
    this.#heartbeats = new Heartbeats(this.#presences, this.#observer, clock);
    this.#followers = new Followers(clock, [
      {
        opened: ({ stationId }) => this.#report(stationId, 'follow', false, 'follow'),
        state: ({ stationId }, state) => this.#report(stationId, 'follow', isRunning(state), 'follow'),
        closed: ({ stationId }, how) => this.#end(stationId, 'follow', how === 'server' ? null : 'follow'),
      },
      ...onFollowed,
    ]);
  }

  /**
   * Starts to watch. Stations that were connected when the previous server ended are unknown until a source reports
   * them.
   */
  async start(): Promise<void> {
    const alive = await lastAlive(this.#store);
    await this.#store.transaction().execute((change) => resetPresence(change, alive));
    const stored = await storedPresences(this.#store);
    this.#presences.load(stored);
    await this.#observer.start();
    this.#awaitReports();
    for (const { station_id, operator_address } of stored) this.#followers.follow(station_id, operator_address);
  }

  /** Stops watching. The time from now on is unknown. */
  async stop(): Promise<void> {
    this.#followers.stop();
    this.#heartbeats.stop();
    for (const cancel of this.#absenceTimers.values()) cancel();
    await this.#presences.save();
    await this.#observer.stop();
  }

  opened(stream: LiveStream): void {
    this.#report(stream.stationId, stream.id, false, 'stream');
  }

  state(stream: LiveStream, state: unknown): void {
    this.#report(stream.stationId, stream.id, isRunning(state), 'stream');
  }

  closed(stream: LiveStream, how: StreamEnd): void {
    this.#end(stream.stationId, stream.id, how === 'server' ? null : causes[how]);
  }

  /** Returns the station's state after it is stored. */
  async heartbeat(stationId: string, beat: Heartbeat): Promise<StationState> {
    const station = this.#presences.of(stationId);
    await this.#heartbeats.beat(station, beat);
    return station.state;
  }

  /** Follows the OpenHTF station server at this address from now on; null to follow none. */
  follow(stationId: string, address: string | null): void {
    this.#followers.follow(stationId, address);
  }

  /** Ends the sources of a station that is no longer in use. */
  async remove(stationId: string): Promise<void> {
    this.#followers.follow(stationId, null);
    this.#absenceTimers.get(stationId)?.();
    this.#absenceTimers.delete(stationId);
    const station = this.#presences.of(stationId);
    const now = this.#observer.now();
    this.#heartbeats.remove(station);
    station.endAll(now, 'key');
    this.#presences.changed(station);
    await this.#presences.save();
    this.#presences.remove(stationId);
  }

  /** Resolves when all earlier reports are stored. */
  async saved(): Promise<void> {
    await this.#presences.save();
    await this.#observer.saved();
  }

  #report(stationId: string | null, source: string, running: boolean, cause: PresenceCause): void {
    if (stationId === null) return;
    const station = this.#presences.of(stationId);
    station.report(source, { running }, this.#observer.now(), cause);
    this.#presences.changed(station);
  }

  /** @param cause null if this server ends the source, which says nothing about the station */
  #end(stationId: string | null, source: string, cause: PresenceCause | null): void {
    if (stationId === null) return;
    const station = this.#presences.of(stationId);
    const now = this.#observer.now();
    if (cause === null) {
      station.drop(source, now);
      this.#awaitReport(station);
    } else station.end(source, now, cause);
    this.#presences.changed(station);
  }

  #onGap(): void {
    this.#heartbeats.restartTimers();
    this.#awaitReports();
  }

  #awaitReports(): void {
    for (const station of this.#presences.all) this.#awaitReport(station);
  }

  /** Gives a station that was connected time to report again. */
  #awaitReport(station: StationPresence): void {
    this.#absenceTimers.get(station.id)?.();
    this.#absenceTimers.delete(station.id);
    if (!station.isAwaited) return;
    // If it does not, it disconnected when the waiting started, or when its heartbeat was due: the server watched then.
    const from = this.#observer.now() + (station.heartbeatMillis ?? 0);
    const markAbsent = (): void => {
      const since = this.#observer.startedAt;
      this.#observer.now(); // notices a gap
      if (this.#observer.startedAt !== since) return; // the timer has started again
      this.#absenceTimers.delete(station.id);
      station.markAbsent(from);
      this.#presences.changed(station);
    };
    this.#absenceTimers.set(
      station.id,
      this.#clock.after(heartbeatTimeoutMs(station.heartbeatMillis ?? 0), markAbsent),
    );
  }
}
