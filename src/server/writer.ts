import { sql } from 'kysely';
import type { Change, Store } from './store/tables.ts';

interface Job {
  work: (change: Change) => Promise<void>;
  done(): void;
  failed(error: unknown): void;
}

/** So many changes at most wait for one commit, so that none waits long for the others. */
const jobsAtOnce = 64;

/**
 * Commits together what comes in together: bringing a commit to the disk takes longer than most changes, and one commit
 * can carry many. Each change has a savepoint of its own, so that one that fails takes nothing of the others with it, and
 * each is acknowledged when the commit that carries it is on the disk.
 */
export class Writer {
  readonly #store: Store;
  #waiting: Job[] = [];
  #running = false;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Runs `work` in a transaction. Resolves when its result is durable; rejects with what `work` throws, and undoes it. */
  write<T>(work: (change: Change) => Promise<T>): Promise<T> {
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
        // Requests that have arrived by now come along.
        setImmediate(() => void this.#run());
      }
    });
  }

  async #run(): Promise<void> {
    const jobs = this.#waiting.splice(0, jobsAtOnce);
    try {
      const kept = await this.#store.transaction().execute((change) => attempt(change, jobs));
      for (const job of kept) job.done();
    } catch (error) {
      for (const job of jobs) job.failed(error);
    }
    if (this.#waiting.length > 0) setImmediate(() => void this.#run());
    else this.#running = false;
  }
}

/** Does each job; one that fails is told and undone at once. @returns those that did not */
async function attempt(change: Change, jobs: readonly Job[]): Promise<Job[]> {
  const kept: Job[] = [];
  for (const job of jobs) {
    await sql`savepoint job`.execute(change);
    try {
      await job.work(change);
      await sql`release job`.execute(change);
      kept.push(job);
    } catch (error) {
      await sql`rollback to job`.execute(change);
      await sql`release job`.execute(change);
      job.failed(error);
    }
  }
  return kept;
}
