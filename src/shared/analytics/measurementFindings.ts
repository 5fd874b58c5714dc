import type { MeasurementSummary } from '../contract/analytics.ts';
import { controlLimits } from '../statistics/controlChart.ts';
import { controlViolations, defaultControlRules } from '../statistics/controlRules.ts';
import { wilsonInterval } from '../statistics/wilson.ts';

export type MeasurementFinding =
  | {
      readonly kind: 'outOfControl';
      readonly beyond: number;
      /** How many of the newest values in a row are on one side of the center, at most. */
      readonly inARow: number;
      readonly newest: number;
      readonly baseline: number;
      readonly lower: number;
      readonly upper: number;
      readonly center: number;
    }
  | { readonly kind: 'neverFails'; readonly count: number; readonly ppkAtLeast: number }
  | {
      readonly kind: 'oftenFails';
      readonly count: number;
      readonly failed: number;
    };

const newestCount = 20;
const fewestBaseline = 50;
/** With one flagged value of the newest 20, every tenth stable measurement would be reported; with two, every fortieth. */
const fewestViolations = 2;
const fewestForNever = 100;
const ppkOfWideLimits = 3;
const fewestForOften = 30;
/** The share of failed values from which they are reported, if the whole 95% interval is above it. */
const oftenFrom = 0.2;

export function findingsOf(measurement: MeasurementSummary): MeasurementFinding[] {
  return [outOfControl(measurement.recent), neverFails(measurement), oftenFails(measurement)].flatMap(
    (finding) => finding ?? [],
  );
}

function outOfControl(recent: readonly number[]): MeasurementFinding | null {
  const baseline = recent.slice(0, -newestCount);
  if (baseline.length < fewestBaseline) return null;
  const limits = controlLimits(baseline);
  if (limits.kind !== 'limits') return null;
  const { center, sigma, lower, upper } = limits;
  const newest = recent.slice(-newestCount).map((value) => (value - center) / sigma);
  const violations = controlViolations(newest, defaultControlRules);
  if (new Set(violations.map(({ index }) => index)).size < fewestViolations) return null;
  return {
    kind: 'outOfControl',
    beyond: violations.filter(({ rule }) => rule === 1).length,
    inARow: longestRun(newest),
    newest: newestCount,
    baseline: baseline.length,
    lower,
    upper,
    center,
  };
}

function longestRun(points: readonly number[]): number {
  let [longest, length, side] = [0, 0, 0];
  for (const point of points) {
    length = Math.sign(point) === side ? length + 1 : 1;
    side = Math.sign(point);
    if (side !== 0) longest = Math.max(longest, length);
  }
  return longest;
}

function neverFails({ count, failed, capability }: MeasurementSummary): MeasurementFinding | null {
  if (capability.kind !== 'capability' || capability.count < fewestForNever || failed > 0) return null;
  const ppkAtLeast = capability.ppk.at_least;
  return ppkAtLeast > ppkOfWideLimits ? { kind: 'neverFails', count, ppkAtLeast } : null;
}

function oftenFails({ count, failed }: MeasurementSummary): MeasurementFinding | null {
  if (count < fewestForOften) return null;
  const share = wilsonInterval(failed, count);
  if (share.kind !== 'share' || share.lower <= oftenFrom) return null;
  return { kind: 'oftenFails', count, failed };
}
