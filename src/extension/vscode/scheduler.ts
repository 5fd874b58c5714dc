/** The time of day and timers, which tests replace. */
export interface Scheduler {
  /** Milliseconds since 1970. */
  now(): number;
  /** Runs the work after a delay. @returns a function that cancels it */
  schedule(millis: number, work: () => Promise<void>): () => void;
}

export const systemScheduler: Scheduler = {
  now: () => Date.now(),
  schedule: (millis, work) => {
    const timer = setTimeout(() => void work(), millis);
    return () => clearTimeout(timer);
  },
};
