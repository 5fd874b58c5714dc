export interface Clock {
  now(): number;
  monotonic(): number;
  /** Calls a function after a number of milliseconds. Returns a function that cancels it. */
  after(millis: number, work: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (millis, work) => {
    const timer = setTimeout(work, millis);
    return () => clearTimeout(timer);
  },
};
