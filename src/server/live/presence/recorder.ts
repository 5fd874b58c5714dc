import * as z from 'zod';
import type { StationState } from '../../../shared/contract/overview.ts';
import type { PresenceCause } from '../../../shared/contract/presence.ts';
import { heartbeatTimeoutMs } from '../../../shared/uptime/presence.ts';
import { lastAlive } from '../../store/observers.ts';
import { resetPresence, storedPresences } from '../../store/presence.ts';
import type { Store } from '../../store/tables.ts';
import type { Writer } from '../../writer.ts';
import type { LiveStream, StreamEnd, StreamListener } from '../streaming/streams.ts';
import type { Clock } from './clock.ts';
import { Followers } from './followers.ts';
import { type Heartbeat, Heartbeats } from './heartbeats.ts';
import { Observer } from './observer.ts';
import { Presences } from './presences.ts';
import type { StationPresence } from './stationPresence.ts';

const causes: Record<Exclude<StreamEnd, 'server'>, PresenceCause> = {
  clean: 'stream',
  lost: 'stream-lost',
  key: 'key',
};

const statusOf = z.object({ status: z.string() });
const isRunning = (state: unknown): boolean => statusOf.safeParse(state).data?.status === 'RUNNING';

export class PresenceRecorder implements StreamListener {
  readonly #store: Store;
  readonly #writer: Writer;
  readonly #clock: Clock;
  readonly #presences: Presences;
  readonly #observer: Observer;
  readonly #heartbeats: Heartbeats;
  readonly #followers: Followers;
  readonly #absenceTimers = new Map<string, () => void>();

  constructor(
    { store, writer }: { store: Store; writer: Writer },
    clock: Clock,
    { onChange, onFollowed }: { onChange: () => void; onFollowed: readonly StreamListener[] },
  ) {
    this.#store = store;
    this.#writer = writer;
    this.#clock = clock;
    this.#presences = new Presences(writer, onChange);
    this.#observer = new Observer(writer, clock, {
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

  async start(): Promise<void> {
    const alive = await lastAlive(this.#store);
    await this.#writer.write((change) => resetPresence(change, alive));
    const stored = await storedPresences(this.#store);
    this.#presences.load(stored);
    await this.#observer.start();
    this.#startAbsenceTimers();
    for (const { station_id, operator_address } of stored) this.#followers.follow(station_id, operator_address);
  }

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

  async heartbeat(stationId: string, beat: Heartbeat): Promise<StationState> {
    const station = this.#presences.station(stationId);
    await this.#heartbeats.receive(station, beat);
    return station.state;
  }

  follow(stationId: string, address: string | null): void {
    this.#followers.follow(stationId, address);
  }

  async remove(stationId: string): Promise<void> {
    this.#followers.follow(stationId, null);
    this.#absenceTimers.get(stationId)?.();
    this.#absenceTimers.delete(stationId);
    const station = this.#presences.station(stationId);
    const now = this.#observer.now();
    this.#heartbeats.remove(station);
    station.endAll(now, 'key');
    this.#presences.saveChanged(station);
    await this.#presences.save();
    this.#presences.remove(stationId);
  }

  async whenSaved(): Promise<void> {
    await this.#presences.save();
    await this.#observer.whenSaved();
  }

  #report(stationId: string | null, source: string, running: boolean, cause: PresenceCause): void {
    if (stationId === null) return;
    const station = this.#presences.station(stationId);
    station.report(source, { isRunning: running }, this.#observer.now(), cause);
    this.#presences.saveChanged(station);
  }

  /** @param cause null if this server ends the source, which says nothing about the station */
  #end(stationId: string | null, source: string, cause: PresenceCause | null): void {
    if (stationId === null) return;
    const station = this.#presences.station(stationId);
    const now = this.#observer.now();
    if (cause === null) {
      station.drop(source, now);
      this.#startAbsenceTimer(station);
    } else station.end(source, now, cause);
    this.#presences.saveChanged(station);
  }

  #onGap(): void {
    this.#heartbeats.restartTimers();
    this.#startAbsenceTimers();
  }

  #startAbsenceTimers(): void {
    for (const station of this.#presences.all) this.#startAbsenceTimer(station);
  }

  #startAbsenceTimer(station: StationPresence): void {
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
      this.#presences.saveChanged(station);
    };
    this.#absenceTimers.set(
      station.id,
      this.#clock.after(heartbeatTimeoutMs(station.heartbeatMillis ?? 0), markAbsent),
    );
  }
}
