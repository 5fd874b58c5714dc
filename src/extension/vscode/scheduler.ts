export interface Scheduler {
  now(): number;
  schedule(millis: number, work: () => Promise<void>): () => void;
}

export const systemScheduler: Scheduler = {
  now: () => Date.now(),
  schedule: (millis, work) => {
    const timer = setTimeout(() => void work(), millis);
    return () => clearTimeout(timer);
  },
};
