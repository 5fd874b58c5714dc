import { Random } from '../statistics/random.ts';

export interface PlannedTrial {
  readonly part: number;
  readonly appraiser: number;
  readonly trial: number;
}

interface Counts {
  readonly parts: number;
  readonly appraisers: number;
  readonly trials: number;
}

/** In each trial, one appraiser after the other tests all parts, both in random order (AIAG, Measurement Systems Analysis). */
export function trialOrder({ parts, appraisers, trials }: Counts, seed: number): PlannedTrial[] {
  const random = new Random(seed);
  return indexes(trials).flatMap((trial) =>
    shuffled(indexes(appraisers), random).flatMap((appraiser) =>
      shuffled(indexes(parts), random).map((part) => ({ part, appraiser, trial: trial + 1 })),
    ),
  );
}

const indexes = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** Fisher and Yates. */
function shuffled(items: readonly number[], random: Random): number[] {
  const all = [...items];
  for (let last = all.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random.next() * (last + 1));
    [all[last], all[other]] = [all[other] ?? 0, all[last] ?? 0];
  }
  return all;
}
