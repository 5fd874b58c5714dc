import type { CellSize } from './dayShapes.ts';

export interface Widths {
  readonly shown: number;
  readonly size: CellSize;
  readonly stacked: boolean;
}

/** The width of the name, the figure, and the gaps of a row. */
const rowTextPx = 344;
const pageMarginsPx = 40;
const minDayPx = 5;
const minLargeDayPx = 7;

/** Returns the most days that fit, as wide as whole pixels allow. @param page in pixels @param large for one station */
export function widthsOf(page: number, large: boolean): Widths {
  const minPx = large ? minLargeDayPx : minDayPx;
  const stacked = !large && page - pageMarginsPx - rowTextPx < 90 * minPx;
  const availablePx = page - pageMarginsPx - (large || stacked ? 0 : rowTextPx);
  const shown = [90, 60, 30].find((days) => availablePx >= days * minPx) ?? 30;
  const pitch = Math.max(minPx, Math.min(large ? 14 : 10, Math.floor(availablePx / shown)));
  const size = large ? { pitch, gap: 2, height: 56, mark: 8 } : { pitch, gap: 1, height: 24, mark: 6 };
  return { shown, size, stacked };
}
