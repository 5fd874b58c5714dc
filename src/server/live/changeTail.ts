import type { Change } from '../../shared/contract/events.ts';
import { logFailure } from '../cli/logFailure.ts';
import type { Store, Tables } from '../store/tables.ts';
import { isoTime } from '../store/time.ts';
import { plannedOnce } from '../store/words.ts';

const pollIntervalMs = 500;
const maxRowsPerRead = 500;
const maxEventsInMemory = 2_000;

type Position = Pick<Tables['changes'], 'id' | 'at'>;

export interface ChangeEvent {
  readonly id: number;
  readonly text: string;
}

export interface ChangeListener {
  /**
   * Is called with each change once, in order, before any stream gets it. A failure is logged, and the same changes follow
   * again; what the changes ask for may be done twice.
   */
  changed(changes: readonly Change[]): Promise<void> | void;
  /** Changes may have been missed. */
  missed(): Promise<void> | void;
}

/**
 * Reads the table of changes for everything in this server that has to know of changes: each change is read and formatted
 * once, whatever the number of streams.
 *
 * The table is the only source. A notification says when to read, and never what has changed, so that a notification that
 * is lost, early or doubled does no harm: changes that other processes write, such as `server.js user`, are found within half a
 * second, and so are those of this process that nothing has notified. Ids have no gaps, because one transaction writes at a time and each
 * change takes the next id in its transaction. A gap, or a last change that is gone, means that changes can no longer be
 * read one by one.
 */
export class ChangeTail {
  readonly #store: Store;
  readonly #listeners: ChangeListener[] = [];
  readonly #wake = new Set<() => void>();
  /** The newest events without a gap, up to `newest`. */
  #events: ChangeEvent[] = [];
  #newest = 0;
  #epoch = 0;
  /** When the newest change was recorded. Another row in its place is another history. */
  #newestAt: number | null = null;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #poll: NodeJS.Timeout | undefined;

  private constructor(store: Store) {
    this.#store = store;
  }

  static async start(store: Store): Promise<ChangeTail> {
    const tail = new ChangeTail(store);
    tail.#continueAfter(await tail.#last());
    tail.#poll = setInterval(() => tail.notify(), pollIntervalMs).unref();
    return tail;
  }

  /** The id of the newest change that all listeners know. */
  get newest(): number {
    return this.#newest;
  }

  /** Is raised when changes could not be read one by one: ids from before say nothing any more. */
  get epoch(): number {
    return this.#epoch;
  }

  addListener(listener: ChangeListener): void {
    this.#listeners.push(listener);
  }

  onChange(wake: () => void): () => void {
    this.#wake.add(wake);
    return () => this.#wake.delete(wake);
  }

  notify(): void {
    this.catchUp().catch((error: unknown) => logFailure('Changes could not be read', error));
  }

  /** Resolves when the listeners know all changes that were committed before. @throws Error if one fails, or the read does */
  catchUp(): Promise<void> {
    // A read that has begun may have missed the caller's change.
    this.#next ??= (this.#running ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        const running = this.#read().finally(() => {
          if (this.#running === running) this.#running = undefined;
        });
        this.#running = running;
        return running;
      });
    return this.#next;
  }

  /**
   * Returns the next events after this id, from memory unless the reader is far behind; none if it has all.
   * @param epoch the epoch in which the reader got this id
   * @returns undefined if the events after this id are no longer stored, or the id is from another history of the data
   */
  async after(id: number, epoch: number): Promise<readonly ChangeEvent[] | undefined> {
    if (id > this.#newest || epoch !== this.#epoch) return undefined;
    const [oldest] = this.#events;
    if (id === this.#newest || (oldest !== undefined && oldest.id <= id + 1)) {
      const events = this.#events;
      return events.slice(Math.max(events.length - (this.#newest - id), 0)).slice(0, maxRowsPerRead);
    }
    const rows = await this.#store
      .selectFrom('changes')
      .selectAll()
      .where('id', '>', id)
      .where('id', '<=', this.#newest)
      .orderBy('id')
      .limit(maxRowsPerRead)
      .execute();
    return rows[0]?.id === id + 1 ? rows.map(eventOf) : undefined;
  }

  stop(): void {
    clearInterval(this.#poll);
  }

  async #read(): Promise<void> {
    for (;;) {
      const rows = await this.#store
        .selectFrom('changes')
        .selectAll()
        .where('id', '>=', this.#newest)
        .orderBy('id')
        .limit(maxRowsPerRead)
        .modifyEnd(plannedOnce)
        .execute();
      const hasLast = this.#newest === 0 || (rows[0]?.id === this.#newest && rows[0].at === this.#newestAt);
      const changes = this.#newest === 0 ? rows : rows.slice(1);
      const isWhole = hasLast && (changes[0] === undefined || changes[0].id === this.#newest + 1);
      if (!isWhole) {
        const newest = await this.#last(); // before the listeners look: what comes after it is read as usual
        for (const listener of this.#listeners) await listener.missed();
        this.#events = [];
        this.#epoch += 1;
        this.#continueAfter(newest);
        this.#notifyAll();
        return;
      }
      const last = changes.at(-1);
      if (last === undefined) return;
      const answers = changes.map(changeOf);
      for (const listener of this.#listeners) await listener.changed(answers);
      this.#events = [...this.#events, ...changes.map(eventOf)].slice(-maxEventsInMemory);
      this.#continueAfter(last);
      this.#notifyAll();
      if (rows.length < maxRowsPerRead) return;
    }
  }

  #notifyAll(): void {
    for (const wake of this.#wake) wake();
  }

  async #last(): Promise<Position | undefined> {
    return this.#store.selectFrom('changes').select(['id', 'at']).orderBy('id', 'desc').limit(1).executeTakeFirst();
  }

  #continueAfter(last: Position | undefined): void {
    this.#newest = last?.id ?? 0;
    this.#newestAt = last?.at ?? null;
  }
}

const changeOf = ({ kind, at, station_id, procedure_id, run_id }: Tables['changes']): Change => ({
  kind,
  at: isoTime(at),
  station_id,
  procedure_id,
  run_id,
});

const eventOf = (row: Tables['changes']): ChangeEvent => ({
  id: row.id,
  text: `event: change\ndata: ${JSON.stringify(changeOf(row))}\nid: ${row.id}\n\n`,
});
