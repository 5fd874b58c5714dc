import type { NewPhase } from '../../shared/run/newRun.ts';

export const maxLogMessage = 10_000;
export const maxSourceFile = 200;

/** Returns what `failedMeasurements` reads of a phase. */
export const withColumnNames = ({ name, startedAt, retryCount, measurements }: NewPhase) => ({
  name,
  started_at: startedAt,
  retry_count: retryCount,
  measurements,
});
