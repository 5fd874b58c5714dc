/** Nelson's tests by their number, and the rule by which Western Electric's set differs from them. */
export type ControlRule = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 'eightOnOneSide';

export const nelsonRules: readonly ControlRule[] = [1, 2, 3, 4, 5, 6, 7, 8];
export const westernElectricRules: readonly ControlRule[] = [1, 5, 6, 'eightOnOneSide'];
/** In control, these flag 6 of 1000 points; all of Nelson's rules flag 22. */
export const defaultControlRules: readonly ControlRule[] = [1, 2];

export interface ControlViolation {
  readonly rule: ControlRule;
  readonly index: number;
}

type Test = (points: readonly number[], end: number) => boolean;

const lastPoints =
  (count: number, holds: (points: readonly number[]) => boolean): Test =>
  (points, end) =>
    end + 1 >= count && holds(points.slice(end + 1 - count, end + 1));

const onOneSide = (points: readonly number[]): boolean => points.every((z) => z > 0) || points.every((z) => z < 0);

const steps = (points: readonly number[]): number[] =>
  points.slice(1).map((z, index) => Math.sign(z - (points[index] ?? z)));

/** Whether the point itself and enough of those before it are beyond some sigmas on the same side. */
const beyondOnOneSide =
  (needed: number, window: number, sigmas: number): Test =>
  (points, end) => {
    const side = Math.sign(points[end] ?? 0);
    const beyond = points.slice(Math.max(0, end + 1 - window), end + 1).filter((z) => z * side > sigmas);
    return (points[end] ?? 0) * side > sigmas && beyond.length >= needed;
  };

const tests: Record<ControlRule, Test> = {
  1: lastPoints(1, (points) => points.every((z) => Math.abs(z) > 3)),
  2: lastPoints(9, onOneSide),
  3: lastPoints(6, (points) => onOneSide(steps(points))),
  4: lastPoints(14, (points) => {
    const turns = steps(points);
    return turns.every((step, index) => step !== 0 && step !== turns[index - 1]);
  }),
  5: beyondOnOneSide(2, 3, 2),
  6: beyondOnOneSide(4, 5, 1),
  7: lastPoints(15, (points) => points.every((z) => Math.abs(z) < 1)),
  8: lastPoints(8, (points) => points.every((z) => Math.abs(z) > 1)),
  eightOnOneSide: lastPoints(8, onOneSide),
};

/**
 * Returns where the points of one segment break rules (Nelson 1984, with Minitab's counts; Western Electric 1956). All
 * comparisons are strict: a point on the center line ends a run.
 * @param points distances from the center line in sigmas; null for a missing value, across which no pattern reaches
 */
export function controlViolations(
  points: readonly (number | null)[],
  rules: readonly ControlRule[],
): ControlViolation[] {
  const found: ControlViolation[] = [];
  let run: number[] = [];
  for (const [index, z] of points.entries()) {
    if (z === null) {
      run = [];
      continue;
    }
    run.push(z);
    for (const rule of rules) {
      if (tests[rule](run, run.length - 1)) found.push({ rule, index });
    }
  }
  return found;
}
