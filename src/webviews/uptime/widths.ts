import type { CellSize } from './dayShapes.ts';

/** How many days fit, and how large they are. */
export interface Widths {
  /** 90, 60 or 30. */
  readonly shown: number;
  readonly size: CellSize;
  /** The days of a station stand below its name, not beside it. */
  readonly stacked: boolean;
}

/** What is beside the days of a row: name, figure, gaps; and the margins of the page. Pixels. */
const [beside, margins] = [344, 40];
/** Less wide a day cannot be pointed at. Pixels. */
const [leastInRow, leastLarge] = [5, 7];

/**
 * As many days as can still be told apart; they fill the width as far as whole pixels do.
 * @param page the width of the page in pixels @param large for one station in full
 */
export function widthsOf(page: number, large: boolean): Widths {
  const least = large ? leastLarge : leastInRow;
  const stacked = !large && page - margins - beside < 90 * least;
  const room = page - margins - (large || stacked ? 0 : beside);
  const shown = [90, 60, 30].find((days) => room >= days * least) ?? 30;
  const pitch = Math.max(least, Math.min(large ? 14 : 10, Math.floor(room / shown)));
  const size = large ? { pitch, gap: 2, height: 56, mark: 8 } : { pitch, gap: 1, height: 24, mark: 6 };
  return { shown, size, stacked };
}
