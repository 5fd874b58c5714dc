/** The time, so that a test can have a day pass. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** @returns takes it back */
  after(millis: number, work: () => Promise<void>): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (millis, work) => {
    const timer = setTimeout(() => void work(), millis);
    return () => clearTimeout(timer);
  },
};
