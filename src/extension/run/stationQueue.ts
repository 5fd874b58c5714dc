export interface QueuePlace<Run> {
  /** The runs before this one, starting with the oldest one that has the station; empty if it is this run's turn at once. */
  readonly ahead: readonly Run[];
  /** Resolves with true when the run has the station, with false when it left before. */
  readonly turn: Promise<boolean>;
  leave(): void;
}

interface QueuedRun<Run> {
  readonly run: Run;
  readonly resolve: (hasStation: boolean) => void;
}

/** Gives each station to one run at a time, or to runs that share it, in the order in which the runs joined. */
export class StationQueue<Run> {
  readonly #queues = new Map<string, QueuedRun<Run>[]>();
  readonly #mayShare: (one: Run, other: Run) => boolean;

  constructor(mayShare: (one: Run, other: Run) => boolean) {
    this.#mayShare = mayShare;
  }

  join(station: string, run: Run): QueuePlace<Run> {
    const queue = this.#queues.get(station) ?? [];
    this.#queues.set(station, queue);
    const { promise: turn, resolve } = Promise.withResolvers<boolean>();
    const queued: QueuedRun<Run> = { run, resolve };
    const ahead = queue.every((each) => this.#mayShare(each.run, run)) ? [] : queue.map((each) => each.run);
    queue.push(queued);
    this.#giveTurns(queue);
    const leave = (): void => {
      const index = queue.indexOf(queued);
      if (index === -1) return;
      queue.splice(index, 1);
      resolve(false);
      this.#giveTurns(queue);
      if (queue.length === 0) this.#queues.delete(station);
    };
    return { ahead, turn, leave };
  }

  /** A run has the station when it may share it with all before it: no run overtakes one that waits. */
  #giveTurns(queue: readonly QueuedRun<Run>[]): void {
    for (const [index, { run, resolve }] of queue.entries()) {
      if (queue.slice(0, index).every((before) => this.#mayShare(before.run, run))) resolve(true);
    }
  }
}
