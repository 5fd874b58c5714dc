export interface TooFew {
  readonly kind: 'tooFew';
  readonly count: number;
  readonly needed: number;
}

export interface NoVariation {
  readonly kind: 'noVariation';
  readonly value: number;
}

export interface Interval {
  readonly lower: number;
  readonly upper: number;
}

export const tooFew = (count: number, needed: number): TooFew => ({ kind: 'tooFew', count, needed });
