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
  `update api_keys as k set last_used_at = greatest(k.last_used_at, u.at)
   from json_to_recordset($1::json) as u (id text, at bigint) where k.id = u.id`,
);

const saveDelayMs = 500;

/**
 * Stores when keys were last used, together for all requests of half a second. A commit for each would be half of the time of a push,
 * and requests with the same key would wait for each other. A failure is no failure of a request: the uses wait for the next attempt.
 */
class KeyUses {
  readonly #pool: Store;
  readonly #failed: (error: unknown) => void;
  #waiting = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #saving: Promise<void> = Promise.resolve();

  constructor(pool: Store, failed: (error: unknown) => void) {
    this.#pool = pool;
    this.#failed = failed;
  }

  add(id: string, at: number): void {
    this.#waiting.set(id, at);
    if (this.#timer === undefined) this.#saveLater();
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#saving;
    clearTimeout(this.#timer);
    if (this.#waiting.size === 0) return;
    await this.#save();
    clearTimeout(this.#timer);
  }

  #saveLater(): void {
    this.#timer = setTimeout(() => {
      this.#saving = this.#save();
    }, saveDelayMs).unref();
  }

  async #save(): Promise<void> {
    const uses = this.#waiting;
    this.#waiting = new Map();
    try {
      await this.#pool.executeQuery(saveKeyUses(JSON.stringify([...uses].map(([id, at]) => ({ id, at })))));
    } catch (error) {
      this.#waiting = new Map([...uses, ...this.#waiting]);
      this.#failed(error);
    }
    this.#timer = undefined;
    if (this.#waiting.size > 0) this.#saveLater();
  }
}

export function postgresPushes(
  pool: Store,
  changeCount: () => number,
  keyUsesFailed: (error: unknown) => void,
): Pushes {
  const uses = new KeyUses(pool, keyUsesFailed);
  return {
    async findKey(hash) {
      const { rows } = await pool.executeQuery(findKey(hash));
      return rows[0] === undefined ? null : keyOf(keyRow.parse(rows[0]));
    },
    saveKeyUse(key, now) {
      if (!isUseStored(key, now)) uses.add(key.id, now);
    },
    begin: (change, expected) => new PushGroup(change, expected, changeCount),
    stop: () => uses.stop(),
  };
}
