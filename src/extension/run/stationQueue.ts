export interface QueuePlace<Run> {
  /** The runs before this one, starting with the one that has the station; empty if it is this run's turn at once. */
  readonly ahead: readonly Run[];
  /** Resolves with true when the run has the station, with false when it left before. */
  readonly turn: Promise<boolean>;
  leave(): void;
}

interface QueuedRun<Run> {
  readonly run: Run;
  readonly resolve: (hasStation: boolean) => void;
}

/** Gives each station to one run at a time, in the order in which the runs joined. */
export class StationQueue<Run> {
  readonly #queues = new Map<string, QueuedRun<Run>[]>();

  join(station: string, run: Run): QueuePlace<Run> {
    const queue = this.#queues.get(station) ?? [];
    this.#queues.set(station, queue);
    const ahead = queue.map((each) => each.run);
    const { promise: turn, resolve } = Promise.withResolvers<boolean>();
    const queued: QueuedRun<Run> = { run, resolve };
    queue.push(queued);
    queue[0]?.resolve(true);
    const leave = (): void => {
      const index = queue.indexOf(queued);
      if (index === -1) return;
      queue.splice(index, 1);
      resolve(false);
      queue[0]?.resolve(true);
      if (queue.length === 0) this.#queues.delete(station);
    };
    return { ahead, turn, leave };
  }
}
