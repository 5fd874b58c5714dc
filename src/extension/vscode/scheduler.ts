export interface Scheduler {
  now(): number;
  schedule(delayMs: number, work: () => Promise<void>): () => void;
}

export const systemScheduler: Scheduler = {
  now: () => Date.now(),
  schedule: (delayMs, work) => {
    const timer = setTimeout(() => void work(), delayMs);
    return () => clearTimeout(timer);
  },
};
