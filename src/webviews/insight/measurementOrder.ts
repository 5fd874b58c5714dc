import type { MeasurementSummary } from '../../shared/contract/analytics.ts';

export const measurementOrders = ['recorded', 'name', 'count', 'failed', 'mean', 'sigma', 'ppk'] as const;
export type MeasurementOrder = (typeof measurementOrders)[number];

/** Returns the measurements in an order. Those without the figure come last, either way. */
export function sortMeasurements(
  measurements: readonly MeasurementSummary[],
  order: MeasurementOrder,
  isDescending: boolean,
): readonly MeasurementSummary[] {
  if (order === 'recorded') return measurements;
  const sign = isDescending ? -1 : 1;
  if (order === 'name') {
    const collator = new Intl.Collator(undefined, { numeric: true });
    return [...measurements].sort((a, b) => sign * collator.compare(a.measurement_name, b.measurement_name));
  }
  const figureOf = figures[order];
  return [...measurements].sort((a, b) => {
    const [one, other] = [figureOf(a), figureOf(b)];
    if (one === null || other === null) return Number(one === null) - Number(other === null);
    return sign * (one - other);
  });
}

const figures: Record<
  Exclude<MeasurementOrder, 'recorded' | 'name'>,
  (measurement: MeasurementSummary) => number | null
> = {
  count: ({ count }) => count,
  failed: ({ count, failed }) => (count === 0 ? null : failed / count),
  mean: ({ mean }) => mean,
  sigma: ({ sigma }) => sigma,
  ppk: ({ capability }) => (capability.kind === 'capability' ? capability.ppk.value : null),
};
