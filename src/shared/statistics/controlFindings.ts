import type { ControlSegment } from './controlChart.ts';
import type { ControlRule } from './controlRules.ts';

export interface ControlFinding {
  readonly rule: ControlRule;
  readonly side: 'above' | 'below';
  /** The index of the first value of the pattern, and of the last that breaks the rule. */
  readonly first: number;
  readonly last: number;
}

const patternLengths: Record<ControlRule, number> = {
  1: 1,
  2: 9,
  3: 6,
  4: 14,
  5: 3,
  6: 5,
  7: 15,
  8: 8,
  eightOnOneSide: 8,
};

/** Returns what to report of a chart, oldest first: violations of a rule in a row are one finding. */
export function controlFindings(values: readonly number[], segments: readonly ControlSegment[]): ControlFinding[] {
  return segments
    .flatMap((segment) => findingsOf(values, segment))
    .sort((a, b) => a.last - b.last || a.first - b.first);
}

function findingsOf(values: readonly number[], { start, limits, violations }: ControlSegment): ControlFinding[] {
  if (limits.kind !== 'limits') return [];
  const byRule = Map.groupBy(violations, ({ rule }) => rule);
  return [...byRule].flatMap(([rule, same]) => {
    const found: { rule: ControlRule; side: 'above' | 'below'; first: number; last: number }[] = [];
    for (const { index } of same) {
      const side = (values[index] ?? limits.center) > limits.center ? 'above' : 'below';
      const previous = found.at(-1);
      if (previous?.last === index - 1 && previous.side === side) previous.last = index;
      else found.push({ rule, side, first: Math.max(start, index + 1 - patternLengths[rule]), last: index });
    }
    return found;
  });
}
