import * as z from 'zod';
import { RunInputError } from '../shared/run/newRun.ts';
import { RefusalError } from './http/refusalError.ts';
import type { Statements } from './store/sqlite/statements.ts';
import type { Store, StoreTransaction } from './store/tables.ts';

const changed = z.object({ changes: z.number() });

interface Job {
  work: (change: StoreTransaction) => Promise<void>;
  done(): void;
  failed(error: unknown): void;
}

type SettleJob = () => void;

const maxJobsPerCommit = 64;

class PartialFailureError extends Error {}

/**
 * Commits changes that arrive together in one transaction, because a commit takes longer on the disk than most
 * changes. It is for everything that clients push. A change that fails does not affect the others, and each is
 * acknowledged when its commit is durable. Everything else uses transactions of the `Store`.
 */
export class Writer {
  readonly #store: Store;
  readonly #sql: Statements;
  #waiting: Job[] = [];
  #running = false;

  constructor(store: Store, sql: Statements) {
    this.#store = store;
    this.#sql = sql;
  }

  /** The number of changes that wait for the next commit. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * Runs `work` in a transaction. Resolves when its result is durable. Rejects with what `work` throws, and then undoes
   * it.
   * @param work may be undone and called again, and so must touch nothing but the database
   */
  write<T>(work: (change: StoreTransaction) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      let result: { value: T } | undefined;
      this.#waiting.push({
        work: async (change) => {
          result = { value: await work(change) };
        },
        done: () => {
          if (result) resolve(result.value);
        },
        failed: reject,
      });
      if (!this.#running) {
        this.#running = true;
        // Include requests that have arrived by now.
        setImmediate(() => void this.#run());
      }
    });
  }

  async #run(): Promise<void> {
    const jobs = this.#waiting.splice(0, maxJobsPerCommit);
    try {
      for (const settle of await this.#commit(jobs)) settle();
    } catch (error) {
      for (const job of jobs) job.failed(error);
    }
    if (this.#waiting.length > 0) setImmediate(() => void this.#run());
    else this.#running = false;
  }

  /**
   * Most jobs succeed, or fail before they change anything. Only if one does not are all repeated, each with a
   * savepoint.
   */
  async #commit(jobs: readonly Job[]): Promise<SettleJob[]> {
    try {
      return await this.#store.transaction().execute((change) => this.#runAll(change, jobs));
    } catch (error) {
      if (!(error instanceof PartialFailureError)) throw error;
      return this.#store.transaction().execute((change) => this.#runEachWithSavepoint(change, jobs));
    }
  }

  async #runAll(change: StoreTransaction, jobs: readonly Job[]): Promise<SettleJob[]> {
    const settlers: SettleJob[] = [];
    for (const job of jobs) {
      const before = this.#changes();
      try {
        await job.work(change);
        settlers.push(() => job.done());
      } catch (error) {
        const isRefusal = error instanceof RefusalError || error instanceof RunInputError;
        if (!isRefusal || this.#changes() !== before) throw new PartialFailureError();
        settlers.push(() => job.failed(error));
      }
    }
    return settlers;
  }

  async #runEachWithSavepoint(change: StoreTransaction, jobs: readonly Job[]): Promise<SettleJob[]> {
    const settlers: SettleJob[] = [];
    for (const job of jobs) {
      this.#sql.run('savepoint job');
      try {
        await job.work(change);
        settlers.push(() => job.done());
      } catch (error) {
        if (!this.#sql.isOpen) throw error; // the work of the other jobs is undone too
        this.#sql.run('rollback to job');
        settlers.push(() => job.failed(error));
      }
      this.#sql.run('release job');
    }
    return settlers;
  }

  #changes(): number {
    return this.#sql.first(changed, 'select total_changes() as changes')?.changes ?? NaN;
  }
}
