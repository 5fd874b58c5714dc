import type { DayColumns } from '../../shared/contract/uptime.ts';

export interface CellSize {
  readonly pitch: number;
  readonly gap: number;
  readonly height: number;
  readonly mark: number;
}

/** The SVG paths of a row by meaning. One path per meaning is lighter than one element per day and part. */
export type DayShapes = Record<'up' | 'down' | 'maintenance' | 'paused' | 'unknown' | 'none' | 'mark', string>;

/** The minimum height of downtime in pixels, so that a few seconds stay visible. */
const minDownPx = 3;

/**
 * Draws each day as a stack of its parts, each as high as its share of the time. From the bottom: downtime and uptime
 * (solid), maintenance (hatched), pauses (outlined), and unobserved time (dotted). Days before the station existed
 * are a line. A triangle below marks each day with downtime, so that color is not needed.
 * @param firstDay the index of the first day to draw
 */
export function dayShapes(columns: DayColumns, firstDay: number, count: number, size: CellSize): DayShapes {
  const { pitch, gap, height, mark } = size;
  const width = pitch - gap;
  const shapes: DayShapes = { up: '', down: '', maintenance: '', paused: '', unknown: '', none: '', mark: '' };
  for (let n = 0; n < count; n += 1) {
    const day = firstDay + n;
    const x = n * pitch;
    const part = (column: keyof DayColumns): number => columns[column][day] ?? 0;
    const down = part('down');
    const total = down + part('up') + part('maintenance') + part('paused') + part('unknown');
    if (total === 0) {
      shapes.none += rectangle(x, height - 1, width, 1);
      continue;
    }
    let bottom = height;
    const takeHeight = (millis: number, minPx = 0): number => {
      const taken = Math.min(bottom, millis === 0 ? 0 : Math.max(minPx, Math.round((height * millis) / total)));
      bottom -= taken;
      return taken;
    };
    const downPx = takeHeight(down, minDownPx);
    if (downPx > 0) {
      shapes.down += rectangle(x, bottom, width, downPx);
      shapes.mark += triangle(x + width / 2, height + 2, Math.min(width + 1, mark * 1.6), mark - 2);
      if (downPx < height) bottom -= 1;
    }
    const upPx = takeHeight(part('up'));
    if (upPx > 0) shapes.up += rectangle(x, bottom, width, upPx);
    const maintenancePx = takeHeight(part('maintenance'));
    if (maintenancePx > 0) shapes.maintenance += hatching(x, bottom, width, maintenancePx);
    const pausedPx = takeHeight(part('paused'));
    if (pausedPx > 1) shapes.paused += rectangle(x + 0.5, bottom + 0.5, width - 1, pausedPx - 1);
    // The last part absorbs the rounding.
    if (part('unknown') > 0 && bottom > 0) shapes.unknown += dots(x, 0, width, bottom);
  }
  return shapes;
}

const rectangle = (x: number, y: number, width: number, height: number): string =>
  `M${x} ${y}h${width}v${height}h${-width}z`;

const triangle = (middle: number, y: number, width: number, height: number): string =>
  `M${middle} ${y}l${width / 2} ${height}h${-width}z`;

function hatching(x: number, y: number, width: number, height: number): string {
  let path = '';
  for (let at = y + height; at > y; at -= 4) {
    const rise = Math.min(width, at - y);
    path += `M${x} ${at}l${rise} ${-rise}`;
  }
  return path;
}

function dots(x: number, y: number, width: number, height: number): string {
  const columns = width < 7 ? 1 : 2;
  let path = '';
  for (let at = y + height - 2; at >= y; at -= 4) {
    for (let column = 0; column < columns; column += 1) {
      const left = x + ((column + 0.5) * width) / columns - 0.75;
      path += `M${left} ${at}h1.5v1.5h-1.5z`;
    }
  }
  return path;
}
