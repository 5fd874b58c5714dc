import type { MeasurementSummary } from '../../../src/shared/contract/analytics.ts';

/** Returns the figures of a measurement without values. @param part what differs from that */
export const summary = (part: Partial<MeasurementSummary> = {}): MeasurementSummary => ({
  phase_name: 'phase',
  measurement_name: 'measurement',
  type: 'numeric',
  units: null,
  count: 0,
  failed: 0,
  lower: null,
  upper: null,
  limits_changed_at: null,
  value_count: 0,
  mean: null,
  sigma: null,
  minimum: null,
  maximum: null,
  capability: { kind: 'no_limits' },
  recent: [],
  ...part,
});
