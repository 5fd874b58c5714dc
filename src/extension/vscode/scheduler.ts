/** The time, so that a test can have a day pass. */
export interface Scheduler {
  /** Milliseconds since 1970. */
  now(): number;
  /** @returns takes it back */
  schedule(millis: number, work: () => Promise<void>): () => void;
}

export const systemScheduler: Scheduler = {
  now: () => Date.now(),
  schedule: (millis, work) => {
    const timer = setTimeout(() => void work(), millis);
    return () => clearTimeout(timer);
  },
};
