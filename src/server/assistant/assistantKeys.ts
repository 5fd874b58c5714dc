import { authenticate } from '../http/authentication.ts';
import type { Key } from '../http/mount.ts';
import { forbidden, unauthorized } from '../http/refusalError.ts';
import { bearerIn, hasHash, hashKey } from '../keys.ts';
import type { Pushes } from '../store/pushes.ts';
import type { Store } from '../store/tables.ts';
import { listUsers } from '../store/users.ts';

/**
 * Who may use the interface for assistants: users by their keys, and programs of this machine that can read the data folder
 * by the token in `server.json`. The token acts for the first user, and opens nothing but this interface.
 */
export class AssistantKeys {
  readonly #store: Store;
  readonly #pushes: Pushes;
  readonly #tokenHash: string;

  constructor(store: Store, pushes: Pushes, token: string) {
    this.#store = store;
    this.#pushes = pushes;
    this.#tokenHash = hashKey(token);
  }

  /** @throws RefusalError 401 without a key that is known; 403 if it is the key of a station */
  async find(authorization: string | undefined): Promise<Key> {
    if (hasHash(bearerIn(authorization), this.#tokenHash)) return this.#firstUser();
    const key = await authenticate(this.#pushes, authorization);
    if (key.owner.kind === 'user') return key;
    throw forbidden(
      `Assistants need a user key, and this is the key of station "${key.owner.name}". Give the assistant a user key.`,
    );
  }

  async #firstUser(): Promise<Key> {
    const [user] = await listUsers(this.#store);
    if (user === undefined) throw unauthorized('This server has no user yet.');
    return { id: 'of-this-machine', owner: { kind: 'user', id: user.id, name: user.name, role: user.role } };
  }
}
