import { sql } from 'kysely';
import { RunInputError } from '../shared/run/newRun.ts';
import { RefusalError } from './http/refusalError.ts';
import type { Push, Pushes, PushTransaction } from './store/pushes.ts';
import type { Store, StoreTransaction } from './store/tables.ts';
import { activeTracer, type SpanHandle } from './tracing/tracer.ts';

interface Job {
  /** The pushes that `work` makes, as far as they are known. */
  readonly expected: readonly Push[];
  work: (transaction: PushTransaction) => Promise<void>;
  done(): void;
  failed(error: unknown): void;
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
  readonly #pushes: Pick<Pushes, 'begin'>;
  #waiting: Job[] = [];
  #running = false;

  constructor(store: Store, pushes: Pick<Pushes, 'begin'>) {
    this.#store = store;
    this.#pushes = pushes;
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
    return this.push([], async (transaction) => work(await transaction.change()));
  }

  /**
   * Does as `write` does, for `work` that pushes runs.
   * @param expected the runs that it will push, if they are known: PostgreSQL then looks up what they name together
   */
  push<T>(expected: readonly Push[], work: (transaction: PushTransaction) => Promise<T>): Promise<T> {
    const tracer = activeTracer();
    if (tracer === null) return this.#enqueue(expected, work);
    return tracer.span('write', { kind: 'internal' }, () => this.#enqueue(expected, work));
  }

  #enqueue<T>(expected: readonly Push[], work: (transaction: PushTransaction) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      let result: { value: T } | undefined;
      this.#waiting.push({
        expected,
        work: async (transaction) => {
          result = { value: await work(transaction) };
        },
        done: () => {
          if (result) resolve(result.value);
        },
        failed: reject,
        span: activeTracer()?.current() ?? null,
      });
      if (!this.#running) {
        this.#running = true;
        this.#gather(0);
      }
    });
  }

  /** Runs the jobs when no more arrive at once: the larger a commit, the less there is to write for each of them. */
  #gather(known: number): void {
    setImmediate(() => {
      const { length } = this.#waiting;
      if (length > known && length < maxJobsPerCommit) this.#gather(length);
      else void this.#run();
    });
  }

  async #run(): Promise<void> {
    const jobs = this.#waiting.splice(0, maxJobsPerCommit);
    try {
      for (const settle of await this.#transact(jobs)) settle();
    } catch (error) {
      for (const job of jobs) job.failed(error);
    }
    if (this.#waiting.length > 0) this.#gather(0);
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
    const transaction = this.#pushes.begin(
      change,
      jobs.flatMap(({ expected }) => expected),
    );
    for (const job of jobs) {
      const before = transaction.changeCount;
      try {
        await runJob(job, transaction);
        settlers.push(() => job.done());
      } catch (error) {
        const isRefusal = error instanceof RefusalError || error instanceof RunInputError;
        if (!isRefusal || transaction.changeCount !== before) throw new PartialFailureError();
        settlers.push(() => job.failed(error));
      }
    }
    try {
      await transaction.change();
    } catch {
      throw new PartialFailureError();
    }
    return settlers;
  }

  async #runEachWithSavepoint(change: StoreTransaction, jobs: readonly Job[]): Promise<SettleJob[]> {
    const settlers: SettleJob[] = [];
    for (const job of jobs) {
      await sql`savepoint job`.execute(change);
      try {
        const transaction = this.#pushes.begin(change, job.expected);
        await runJob(job, transaction);
        await transaction.change();
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
const runJob = ({ work, span }: Job, transaction: PushTransaction): Promise<void> =>
  span === null ? work(transaction) : (activeTracer()?.within(span, () => work(transaction)) ?? work(transaction));
