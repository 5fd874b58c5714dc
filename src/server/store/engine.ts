import type { Writer } from '../writer.ts';
import type { Pushes } from './pushes.ts';
import type { Store } from './tables.ts';

export interface Engine {
  readonly store: Store;
  readonly writer: Writer;
  readonly pushes: Pushes;
}
