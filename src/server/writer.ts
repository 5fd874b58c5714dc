import { sql } from 'kysely';
import { RunInputError } from '../shared/run/newRun.ts';
import { RefusalError } from './http/refusalError.ts';
import type { Store, StoreTransaction } from './store/tables.ts';
import { activeTracer, type SpanHandle } from './tracing/tracer.ts';

interface Job {
  work: (change: StoreTransaction) => Promise<void>;
  done(): void;
  failed(error: unknown): void;
  /** The span of the change; null if no traces are recorded. */
  span: SpanHandle | null;
}

type SettleJob = () => void;

const maxJobsPerCommit = 64;

class PartialFailureError extends Error {}

/**
 * The one way to change the database. Changes that arrive together are committed in one transaction, because a commit takes
 * longer on the disk than most changes. A change that fails does not affect the others, and each is acknowledged when its
 * commit is durable.
 */
export class Writer {
  readonly #store: Store;
  readonly #changeCount: () => number;
  #waiting: Job[] = [];
  #running = false;

  /** @param changeCount returns a number that rises with each change in the database */
  constructor(store: Store, changeCount: () => number) {
    this.#store = store;
    this.#changeCount = changeCount;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * Runs `work` in a transaction. Resolves when its result is durable. Rejects with what `work` throws, and then undoes
   * it.
   * @param work may be undone and called again, and so must touch nothing but the database
   */
  write<T>(work: (change: StoreTransaction) => Promise<T>): Promise<T> {
    const tracer = activeTracer();
    if (tracer === null) return this.#enqueue(work);
    return tracer.span('write', { kind: 'internal' }, () => this.#enqueue(work));
  }

  #enqueue<T>(work: (change: StoreTransaction) => Promise<T>): Promise<T> {
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
        span: activeTracer()?.current() ?? null,
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
      for (const settle of await this.#transact(jobs)) settle();
    } catch (error) {
      for (const job of jobs) job.failed(error);
    }
    if (this.#waiting.length > 0) setImmediate(() => void this.#run());
    else this.#running = false;
  }

  #transact(jobs: readonly Job[]): Promise<SettleJob[]> {
    const tracer = activeTracer();
    if (tracer === null) return this.#commit(jobs);
    const causes = jobs.map(({ span }) => span).filter((span) => span !== null);
    const attributes = { 'test_stations.changes': jobs.length };
    return tracer.span('transaction', { kind: 'internal', causes, attributes }, () => this.#commit(jobs));
  }

  /** Most jobs succeed, or fail before they change anything. Otherwise all are repeated, each with a savepoint. */
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
      const before = this.#changeCount();
      try {
        await runJob(job, change);
        settlers.push(() => job.done());
      } catch (error) {
        const isRefusal = error instanceof RefusalError || error instanceof RunInputError;
        if (!isRefusal || this.#changeCount() !== before) throw new PartialFailureError();
        settlers.push(() => job.failed(error));
      }
    }
    return settlers;
  }

  async #runEachWithSavepoint(change: StoreTransaction, jobs: readonly Job[]): Promise<SettleJob[]> {
    const settlers: SettleJob[] = [];
    for (const job of jobs) {
      await sql`savepoint job`.execute(change);
      try {
        await runJob(job, change);
        settlers.push(() => job.done());
      } catch (error) {
        await undo(change, error);
        settlers.push(() => job.failed(error));
      }
      await sql`release savepoint job`.execute(change);
    }
    return settlers;
  }
}

/** @throws the reason if the whole transaction has ended, as on a full disk: the work of the other jobs is undone too */
async function undo(change: StoreTransaction, reason: unknown): Promise<void> {
  try {
    await sql`rollback to savepoint job`.execute(change);
  } catch {
    throw reason;
  }
}

/** What a change does belongs to the span of its request, not to the transaction that it shares with others. */
const runJob = ({ work, span }: Job, change: StoreTransaction): Promise<void> =>
  span === null ? work(change) : (activeTracer()?.within(span, () => work(change)) ?? work(change));
