import type { CellSize } from './dayShapes.ts';

/** How many days fit, and how large they are. */
export interface Widths {
  /** 90, 60 or 30. */
  readonly shown: number;
  readonly size: CellSize;
}

/** Beside the days of a row: its name, its figure, gaps and margins; pixels. */
const beside = 344;
const margins = 40;

/**
 * As many days as can still be told apart; they fill the width as far as whole pixels do.
 * @param page the width of the page in pixels @param large for one station in full
 */
export function widthsOf(page: number, large: boolean): Widths {
  const room = page - margins - (large || page < 620 ? 0 : beside);
  const least = large ? 7 : 4;
  const shown = [90, 60, 30].find((days) => room >= days * least) ?? 30;
  const pitch = Math.max(least, Math.min(large ? 14 : 10, Math.floor(room / shown)));
  return {
    shown,
    size: large ? { pitch, gap: 2, height: 56, mark: 8 } : { pitch, gap: 1, height: 24, mark: 6 },
  };
}
