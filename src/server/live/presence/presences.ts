import { applyLateHeartbeat, heartbeatTimeoutMs, type LateHeartbeat } from '../../../shared/uptime/presence.ts';
import { logFailure } from '../../cli/logFailure.ts';
import { observedWithin } from '../../store/observers.ts';
import { replaceTransitions, savePresence, type StoredPresence } from '../../store/presence.ts';
import type { Writer } from '../../writer.ts';
import { StationPresence } from './stationPresence.ts';

export class Presences {
  readonly #writer: Writer;
  readonly #onSaved: () => void;
  readonly #stations = new Map<string, StationPresence>();
  readonly #unsaved = new Set<StationPresence>();
  #saving: Promise<void> = Promise.resolve();

  constructor(writer: Writer, onSaved: () => void) {
    this.#writer = writer;
    this.#onSaved = onSaved;
  }

  load(stored: readonly StoredPresence[]): void {
    for (const each of stored) this.#stations.set(each.station_id, new StationPresence(each.station_id, each));
  }

  get all(): Iterable<StationPresence> {
    return this.#stations.values();
  }

  station(id: string): StationPresence {
    const known = this.#stations.get(id);
    if (known) return known;
    const station = new StationPresence(id);
    this.#stations.set(id, station);
    return station;
  }

  remove(id: string): void {
    this.#stations.delete(id);
  }

  saveChanged(station: StationPresence): void {
    if (station.isSaved) return;
    this.#unsaved.add(station);
    void this.save();
  }

  /** Resolves when all earlier changes are stored or could not be. In the latter case the next call tries again. */
  save(): Promise<void> {
    return this.#enqueue(() => this.#save());
  }

  /** Repairs the past with a late heartbeat. @param alive when this server watched, as far as it is not stored */
  repair(station: StationPresence, beat: LateHeartbeat, alive: { from: number; to: number }): Promise<void> {
    return this.#enqueue(async () => {
      await this.#save();
      const patience = heartbeatTimeoutMs(beat.interval);
      const around = { from: beat.at - patience, to: beat.at + beat.interval + patience };
      const last = await this.#writer.write(async (change) => {
        const observed = [...(await observedWithin(change, around)), alive];
        return replaceTransitions(change, station.id, around, (transitions) =>
          applyLateHeartbeat(transitions, beat, observed),
        );
      });
      station.applyRepair(last);
      if (!station.isSaved) this.#unsaved.add(station);
      await this.#save();
      this.#onSaved();
    });
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    const done = this.#saving.then(work);
    this.#saving = done.catch(() => undefined); // the caller handles the error
    return done;
  }

  async #save(): Promise<void> {
    const stations = [...this.#unsaved];
    if (stations.length === 0) return;
    this.#unsaved.clear();
    const pending = stations.map((station) => ({ station, change: station.takePending() }));
    try {
      await this.#writer.write(async (transaction) => {
        for (const { change } of pending) await savePresence(transaction, change);
      });
    } catch (error) {
      for (const { station, change } of pending) {
        station.requeue(change);
        this.#unsaved.add(station);
      }
      logFailure('The presence of stations could not be stored', error);
      return;
    }
    this.#onSaved();
  }
}
