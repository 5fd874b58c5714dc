/** The time, and what is to be done later. Tests set their own. */
export interface Clock {
  /** The time of day; milliseconds since 1970. It may be set, forwards and backwards. */
  now(): number;
  /** Milliseconds since whenever; nobody sets it. */
  monotonic(): number;
  /** Does it after so many milliseconds. @returns what prevents it */
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
