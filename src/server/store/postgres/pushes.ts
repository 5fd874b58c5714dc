import { messageOf } from '../../../shared/format/messageOf.ts';
import { isUseStored, keyOf, keyRow } from '../keys.ts';
import type { Pushes } from '../pushes.ts';
import type { Store } from '../tables.ts';
import { prepared } from './prepared.ts';
import { PushGroup } from './pushGroup.ts';

const findKey = prepared(
  'find_key',
  `select k.id, k.hash, k.last_used_at, u.id as user_id, u.name as user_name, u.role as user_role,
     s.id as station_id, s.name as station_name
   from api_keys as k left join users as u on u.id = k.user_id left join stations as s on s.id = k.station_id
   where k.hash = $1`,
);

const saveKeyUses = prepared(
  'save_key_uses',
  `update api_keys as k set last_used_at = u.at from json_to_recordset($1::json) as u (id text, at bigint) where k.id = u.id`,
);

const saveDelayMs = 500;

/**
 * Stores when keys were last used, together for all requests of half a second. A commit for each would be half of the time of a push,
 * and requests with the same key would wait for each other.
 */
class KeyUses {
  readonly #pool: Store;
  readonly #waiting = new Map<string, number>();
  #failure: Error | null = null;

  constructor(pool: Store) {
    this.#pool = pool;
  }

  /** @throws the error of earlier uses that could not be stored */
  add(id: string, at: number): void {
    if (this.#waiting.size === 0) setTimeout(() => void this.#save(), saveDelayMs).unref();
    this.#waiting.set(id, at);
    const failure = this.#failure;
    this.#failure = null;
    if (failure !== null) throw failure;
  }

  async #save(): Promise<void> {
    const uses = [...this.#waiting].map(([id, at]) => ({ id, at }));
    this.#waiting.clear();
    try {
      await this.#pool.executeQuery(saveKeyUses(JSON.stringify(uses)));
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(messageOf(error));
    }
  }
}

export function postgresPushes(pool: Store, changeCount: () => number): Pushes {
  const uses = new KeyUses(pool);
  return {
    async findKey(hash) {
      const { rows } = await pool.executeQuery(findKey(hash));
      return rows[0] === undefined ? null : keyOf(keyRow.parse(rows[0]));
    },
    saveKeyUse(key, now) {
      if (!isUseStored(key, now)) uses.add(key.id, now);
    },
    begin: (change, expected) => new PushGroup(change, expected, changeCount),
  };
}
