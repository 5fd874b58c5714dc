import { type Scheduler, systemScheduler } from '../../vscode/scheduler.ts';
import type { PendingUpload } from './uploadFolder.ts';

/** Delays by the number of failed tries, as in TofuPilot's own client. */
const retryDelaysMs = [15_000, 30_000, 5 * 60_000, 15 * 60_000, 60 * 60_000];
/** How often results that a running script still has are checked, because its death is not reported. */
const busyCheckMs = 5_000;
const minRoundDelayMs = 1_000;

interface RetryWork {
  readonly list: () => Promise<readonly PendingUpload[]>;
  /** Tries once; never rejects because of a server. */
  readonly push: (result: PendingUpload) => Promise<unknown>;
  readonly reportError: (error: unknown) => void;
}

export class Retries {
  readonly #work: RetryWork;
  readonly #clock: Scheduler;
  /** Failed tries of this window, including those that are not stored on disk, such as for a missing key. */
  readonly #tries = new Map<string, { tries: number; last: number }>();
  #cancel = (): void => undefined;
  #shouldIncludeAll = false;
  #isDisposed = false;

  constructor(work: RetryWork, clock: Scheduler = systemScheduler) {
    this.#work = work;
    this.#clock = clock;
  }

  /** Tries everything that the server has not refused at once, because the cause may be gone. */
  retryAll(): void {
    this.#tries.clear();
    this.#shouldIncludeAll = true;
    this.schedule(0);
  }

  schedule(delayMs: number): void {
    this.#cancel();
    if (!this.#isDisposed) this.#cancel = this.#clock.schedule(delayMs, () => this.#round());
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#cancel();
  }

  async #round(): Promise<void> {
    const next = await this.#retryDue().catch((error: unknown) => {
      this.#work.reportError(error);
      return this.#clock.now() + busyCheckMs;
    });
    if (next !== Infinity) this.schedule(Math.max(minRoundDelayMs, next - this.#clock.now()));
  }

  async #retryDue(): Promise<number> {
    const includesAll = this.#shouldIncludeAll;
    this.#shouldIncludeAll = false;
    for (const result of await this.#work.list()) {
      if (result.isBusy || isRefused(result)) continue;
      if (!includesAll && this.#dueAtMs(result) > this.#clock.now()) continue;
      this.#countTry(result.id);
      await this.#work.push(result);
    }
    const rest = await this.#work.list();
    for (const id of this.#tries.keys()) {
      if (!rest.some((each) => each.id === id)) this.#tries.delete(id);
    }
    return Math.min(...rest.map((result) => this.#dueAtMs(result)));
  }

  #countTry(id: string): void {
    this.#tries.set(id, { tries: (this.#tries.get(id)?.tries ?? 0) + 1, last: this.#clock.now() });
  }

  /** Returns milliseconds since 1970; Infinity when it is not retried automatically. */
  #dueAtMs(result: PendingUpload): number {
    if (result.isBusy) return this.#clock.now() + busyCheckMs;
    if (isRefused(result)) return Infinity;
    const { tried } = result;
    return Math.max(...[tried, this.#tries.get(result.id)].map((each) => dueAfterMs(each ?? { tries: 0, last: 0 })));
  }
}

function dueAfterMs({ tries, last }: { readonly tries: number; readonly last: number }): number {
  return tries === 0 ? 0 : last + (retryDelaysMs[tries - 1] ?? retryDelaysMs.at(-1) ?? 0);
}

/** Refusals of a moment: the request took too long to arrive, as a proxy answers behind a bad network, or there are too many. */
export const retryableStatuses: ReadonlySet<number> = new Set([408, 429]);

/**
 * Returns whether the server has refused the result, so that only the user can change the answer. A refused key does
 * not concern the result: the station may have another one by now.
 */
export function isRefused({ handed, tried }: PendingUpload): boolean {
  const status = tried === null ? (handed?.status ?? null) : tried.status;
  return status !== null && status >= 400 && status < 500 && status !== 401 && !retryableStatuses.has(status);
}
