import { type Scheduler, systemScheduler } from '../../vscode/scheduler.ts';
import type { PendingUpload } from './uploadFolder.ts';

/** Milliseconds before the next try, by the number of tries that failed; as TofuPilot's own tool waits. */
const waits = [15_000, 30_000, 5 * 60_000, 15 * 60_000, 60 * 60_000];
/** Milliseconds between looks at results that a running script still has: nothing tells of its death. */
const busyWait = 5_000;
/** The least milliseconds between two rounds. */
const leastWait = 1_000;

interface Work {
  /** What is kept now. */
  readonly look: () => Promise<readonly PendingUpload[]>;
  /** Tries once; never rejects for what a server does. */
  readonly push: (result: PendingUpload) => Promise<unknown>;
  /** Is told what went wrong on this machine, such as a full disk; the next round comes all the same. */
  readonly failed: (error: unknown) => void;
}

/** Has each kept result tried when its time has come, in rounds, until nothing is left. */
export class Retries {
  readonly #work: Work;
  readonly #clock: Scheduler;
  /** Tries of this window that came to nothing; what the disk does not know: the key was missing, say. */
  readonly #tries = new Map<string, { tries: number; last: number }>();
  #cancel = (): void => undefined;
  /** The next round takes also what had its turn a moment ago. */
  #all = false;
  #disposed = false;

  constructor(work: Work, clock: Scheduler = systemScheduler) {
    this.#work = work;
    this.#clock = clock;
  }

  /** What kept results back may have passed: everything that the server has not refused is tried at once. */
  again(): void {
    this.#tries.clear();
    this.#all = true;
    this.soon(0);
  }

  /** Starts a round after these milliseconds; takes the place of the one that was to come. */
  soon(millis: number): void {
    this.#cancel();
    if (!this.#disposed) this.#cancel = this.#clock.schedule(millis, () => this.#round());
  }

  dispose(): void {
    this.#disposed = true;
    this.#cancel();
  }

  async #round(): Promise<void> {
    const next = await this.#tryWhatIsDue().catch((error: unknown) => {
      this.#work.failed(error);
      return this.#clock.now() + busyWait;
    });
    if (next !== Infinity) this.soon(Math.max(leastWait, next - this.#clock.now()));
  }

  /** @returns when the next one is due, milliseconds since 1970; Infinity: never by itself */
  async #tryWhatIsDue(): Promise<number> {
    const all = this.#all;
    this.#all = false;
    for (const result of await this.#work.look()) {
      if (result.isBusy || isParked(result)) continue;
      if (!all && this.#dueAt(result) > this.#clock.now()) continue;
      this.#note(result.id);
      await this.#work.push(result);
    }
    const rest = await this.#work.look();
    for (const id of this.#tries.keys()) if (!rest.some((each) => each.id === id)) this.#tries.delete(id);
    return Math.min(...rest.map((result) => this.#dueAt(result)));
  }

  #note(id: string): void {
    this.#tries.set(id, { tries: (this.#tries.get(id)?.tries ?? 0) + 1, last: this.#clock.now() });
  }

  /** Milliseconds since 1970; Infinity: not by itself. */
  #dueAt(result: PendingUpload): number {
    if (result.isBusy) return this.#clock.now() + busyWait;
    if (isParked(result)) return Infinity;
    const { tried } = result;
    return Math.max(...[tried, this.#tries.get(result.id)].map((each) => dueAfter(each ?? { tries: 0, last: 0 })));
  }
}

function dueAfter({ tries, last }: { readonly tries: number; readonly last: number }): number {
  return tries === 0 ? 0 : last + (waits[tries - 1] ?? waits.at(-1) ?? 0);
}

/**
 * The server has refused it: only the user can change what it would answer. A key that was refused says nothing of the
 * result: the station may have another one by now.
 */
export function isParked({ handed, tried }: PendingUpload): boolean {
  const status = tried === null ? (handed?.status ?? null) : tried.status;
  return status !== null && status >= 400 && status < 500 && status !== 401 && status !== 429;
}
