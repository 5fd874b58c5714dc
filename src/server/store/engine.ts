import type { Writer } from '../writer.ts';
import type { Pushes } from './pushes.ts';
import type { Store } from './tables.ts';

/**
 * A database that is open. `store` is for queries, `writer` for changes, and `pushes` for what every request or every push does
 * with the database.
 */
export interface Engine {
  readonly store: Store;
  readonly writer: Writer;
  readonly pushes: Pushes;
}
