import { lastAttempts } from './attempts.ts';

interface Phase {
  readonly name: string;
  readonly started_at: number;
  readonly retry_count: number;
  readonly measurements: readonly { readonly name: string; readonly outcome: string }[];
}

const hasFailed = ({ outcome }: { readonly outcome: string }): boolean => outcome === 'FAIL';

export function failedMeasurements(phases: readonly Phase[]): string[] {
  if (!phases.some(({ measurements }) => measurements.some(hasFailed))) return [];
  const inOrder = [...phases].sort((a, b) => a.started_at - b.started_at);
  const failed = lastAttempts(inOrder).flatMap(({ measurements }) => measurements.filter(hasFailed));
  return [...new Set(failed.map(({ name }) => name))];
}
