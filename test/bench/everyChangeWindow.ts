import { allPages } from '../../src/extension/client/pages.ts';
import type { StationApi } from '../../src/extension/client/stationApi.ts';
import type { StreamEvent } from '../../src/shared/contract/events.ts';
import { overview } from '../../src/shared/contract/overview.ts';

const maxSingleLoads = 10;

/**
 * What a window is compared with: it loads each station after each of its changes, shown or not, and the list with all
 * that it knows if more than ten have changed.
 */
export class EveryChangeWindow {
  readonly #caller: Pick<StationApi, 'call'>;
  readonly #known: Set<string>;
  #stale: Set<string> | 'all' = 'all';
  #isLoading = false;

  constructor(caller: Pick<StationApi, 'call'>, known: readonly string[]) {
    this.#caller = caller;
    this.#known = new Set(known);
  }

  apply(event: StreamEvent): void {
    if (event.event !== 'change' || event.data.kind.startsWith('procedure.')) this.#stale = 'all';
    else if (event.data.station_id !== null && this.#stale !== 'all') this.#stale.add(event.data.station_id);
    if (!this.#isLoading) void this.#load();
  }

  async #load(): Promise<void> {
    this.#isLoading = true;
    while (this.#stale === 'all' || this.#stale.size > 0) {
      const stale = this.#stale;
      this.#stale = new Set();
      try {
        const isAll = stale === 'all' || stale.size > maxSingleLoads;
        if (isAll) await allPages((query) => this.#caller.call(overview.list, { query }));
        for (const id of isAll ? this.#known : stale) {
          await this.#caller.call(overview.get, { params: { id } });
          this.#known.add(id);
        }
      } catch {
        // The next change loads again.
      }
    }
    this.#isLoading = false;
  }
}
