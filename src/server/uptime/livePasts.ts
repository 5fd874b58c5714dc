import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Store } from '../store/tables.ts';
import { pastsOf, type StationPast, type WatchedStation } from '../store/uptime.ts';

const day = 86_400_000;
/** So many stations are read at once; in between, other requests have their turn. */
const atOnce = 50;

/** What happened to the stations lately, in memory; a station is read again when its version has grown. */
export class LivePasts {
  readonly #store: Store;
  #from = Infinity;
  #pasts = new Map<number, StationPast>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Has everything since `from` there. @returns what happened to a station, by its key */
  async bring(stations: readonly WatchedStation[], from: number): Promise<(key: number) => StationPast> {
    if (from < this.#from || from > this.#from + day) {
      this.#from = from;
      this.#pasts = new Map();
    }
    // Another request may begin anew meanwhile.
    const pasts = this.#pasts;
    const since = this.#from;
    const old = stations.filter(({ key, history_version }) => pasts.get(key)?.version !== history_version);
    for (let place = 0; place < old.length; place += atOnce) {
      const keys = old.slice(place, place + atOnce).map(({ key }) => key);
      const read = await pastsOf(this.#store, keys, { from: since, to: Number.MAX_SAFE_INTEGER });
      for (const past of read) pasts.set(past.key, past);
      await nextTurn();
    }
    return (key) => pasts.get(key) ?? { key, version: NaN, marks: [], pauses: [] };
  }
}
