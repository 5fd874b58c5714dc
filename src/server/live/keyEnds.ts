import type { Change } from '../../shared/contract/events.ts';
import { logFailure } from '../cli/logFailure.ts';
import { keyIds } from '../store/keys.ts';
import type { Store } from '../store/tables.ts';
import type { ChangeListener } from './changeTail.ts';

export interface KeyHolder {
  readonly openKeys: Iterable<string>;
  endKey(id: string): void;
}

/**
 * Ends what is open with a key when the key is deleted. The end of a key is a change like any other, also by another process
 * and by a rule of the database, so that nothing has to ask again and again whether its key still exists. A holder that
 * opens something registers it first and then checks the key once: a key that ends in between is found by one of the two.
 */
export class KeyEnds implements ChangeListener {
  readonly #store: Store;
  readonly #holders: readonly KeyHolder[];

  constructor(store: Store, holders: readonly KeyHolder[]) {
    this.#store = store;
    this.#holders = holders;
  }

  async changed(changes: readonly Change[]): Promise<void> {
    if (changes.some(({ kind }) => kind === 'key.deleted')) await this.missed();
  }

  /** A deleted key leaves no id in its change, so the keys that exist are compared with those in use. */
  async missed(): Promise<void> {
    const known = await keyIds(this.#store);
    for (const holder of this.#holders) {
      for (const id of new Set(holder.openKeys)) {
        if (known.has(id)) continue;
        try {
          holder.endKey(id);
        } catch (error) {
          logFailure('What was open with a deleted key could not be ended', error); // the others end all the same
        }
      }
    }
  }
}
