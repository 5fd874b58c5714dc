import { lastAttempts } from './attempts.ts';

interface Phase {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly started_at: number;
  readonly retry_count: number;
  readonly measurements: readonly { readonly name: string; readonly outcome: string }[];
}

const hasFailed = ({ outcome }: { readonly outcome: string }): boolean => outcome === 'FAIL';

/** Returns the names of the measurements of a run that failed in the attempts of its phases that count. */
export function failedMeasurements(phases: readonly Phase[]): string[] {
  if (!phases.some(({ measurements }) => measurements.some(hasFailed))) return [];
  const inOrder = [...phases].sort((a, b) => a.started_at - b.started_at);
  const failed = lastAttempts(inOrder).flatMap(({ measurements }) => measurements.filter(hasFailed));
  return [...new Set(failed.map(({ name }) => name))];
}
