import type { ValidatorAnswer } from '../contract/runs.ts';

export interface Limits {
  lower: number | null;
  upper: number | null;
  marginalLower: number | null;
  marginalUpper: number | null;
}

export interface LimitsBar extends Limits {
  value: number;
  beyond: 'low' | 'high' | null;
}

export function limitsOf(
  validators: readonly Pick<ValidatorAnswer, 'operator' | 'expected_value' | 'is_decisive'>[],
): Limits {
  const bound = (decisive: boolean, operators: readonly string[], narrowest: (...all: number[]) => number) => {
    const values = validators.flatMap(({ operator, expected_value: value, is_decisive }) =>
      operators.includes(operator ?? '') && (is_decisive !== false) === decisive && typeof value === 'number'
        ? value
        : [],
    );
    return values.length === 0 ? null : narrowest(...values);
  };
  return {
    lower: bound(true, ['>=', '>', '=='], Math.max),
    upper: bound(true, ['<=', '<', '=='], Math.min),
    marginalLower: bound(false, ['>=', '>'], Math.max),
    marginalUpper: bound(false, ['<=', '<'], Math.min),
  };
}

const room = 0.2;

/** With one limit, the passing side of the bar is as long as the value needs. @returns null without a limit or a number */
export function limitsBar(limits: Limits, value: unknown): LimitsBar | null {
  const { lower, upper } = limits;
  if (typeof value !== 'number' || !Number.isFinite(value) || (lower === null && upper === null)) return null;
  const [from, to] = scale(lower, upper, value);
  const share = (x: number): number => Math.min(1, Math.max(0, (x - from) / (to - from)));
  const placed = (x: number | null): number | null => (x === null ? null : share(x));
  return {
    lower: placed(lower),
    upper: placed(upper),
    marginalLower: placed(limits.marginalLower),
    marginalUpper: placed(limits.marginalUpper),
    value: share(value),
    beyond: value < from ? 'low' : value > to ? 'high' : null,
  };
}

function scale(lower: number | null, upper: number | null, value: number): [number, number] {
  const limit = lower ?? upper ?? 0;
  const span = lower !== null && upper !== null ? Math.abs(upper - lower) : Math.abs(value - limit);
  const middle = (span || Math.abs(limit) || 1) / (1 - 2 * room);
  if (lower !== null && upper !== null) {
    const centre = (lower + upper) / 2;
    return [centre - middle / 2, centre + middle / 2];
  }
  return value >= limit
    ? [limit - middle * room, limit + middle * (1 - room)]
    : [limit - middle * (1 - room), limit + middle * room];
}
