/** The time and timers. Tests use a clock of their own. */
export interface Clock {
  /** Returns the time of day in milliseconds since 1970. It may be set forwards and backwards. */
  now(): number;
  /** Returns the monotonic time in milliseconds. */
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
