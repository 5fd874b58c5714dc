import type { ParetoPhase } from '../statistics/pareto.ts';
import type { YieldRun } from '../statistics/yield.ts';

export interface TestedMeasurement {
  readonly name: string;
  readonly outcome: string;
  readonly type: string;
  readonly units: string | null;
  readonly value: unknown;
  readonly lower: number | null;
  readonly upper: number | null;
}

export interface TestedPhase extends ParetoPhase {
  readonly measurements: readonly TestedMeasurement[];
}

export interface TestedRun extends YieldRun {
  readonly ended_at: number;
  readonly revision_id: string | null;
  readonly version_id: string | null;
  readonly batch_id: string | null;
  readonly operated_by: string | null;
  /** The name of the shift in which it started. Null where shifts were not asked for. */
  readonly shift: string | null;
  readonly slot: string | null;
  readonly phases: readonly TestedPhase[];
}
