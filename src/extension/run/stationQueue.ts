export interface QueuePlace<Run> {
  /** The runs before this one, starting with the one that has the station; empty if it is this run's turn at once. */
  readonly ahead: readonly Run[];
  /** Resolves with true when the run has the station, with false when it left before. */
  readonly turn: Promise<boolean>;
  leave(): void;
}

interface Waiting<Run> {
  readonly run: Run;
  readonly take: (has: boolean) => void;
}

/** Gives each station to one run at a time, in the order in which the runs joined. */
export class StationQueue<Run> {
  readonly #lines = new Map<string, Waiting<Run>[]>();

  join(station: string, run: Run): QueuePlace<Run> {
    const line = this.#lines.get(station) ?? [];
    this.#lines.set(station, line);
    const ahead = line.map((each) => each.run);
    const { promise: turn, resolve: take } = Promise.withResolvers<boolean>();
    const waiting: Waiting<Run> = { run, take };
    line.push(waiting);
    line[0]?.take(true);
    const leave = (): void => {
      const index = line.indexOf(waiting);
      if (index === -1) return;
      line.splice(index, 1);
      take(false);
      line[0]?.take(true);
      if (line.length === 0) this.#lines.delete(station);
    };
    return { ahead, turn, leave };
  }
}
