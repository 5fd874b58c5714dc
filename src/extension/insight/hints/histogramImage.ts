import { formatValue } from '../../../shared/format/values.ts';
import type { SpecLimits } from '../../../shared/statistics/capability.ts';
import { histogramOf } from '../../../shared/statistics/histogram.ts';

interface Bar {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

const [width, height, side, top] = [320, 92, 12, 16] as const;
const base = height - 18;
/** These have a contrast of at least 3 to 1 with white, black, and the backgrounds of hovers. */
const barColor = '#3794ff';
const limitColor = '#e5534b';
const lineColor = '#808080';

/**
 * Returns a histogram with the limits as an SVG image in a data URI; undefined without values.
 * @param textColor the only color that depends on the theme
 */
export function histogramImage(
  values: readonly number[],
  limits: SpecLimits,
  textColor: string,
): { readonly uri: string; readonly width: number; readonly height: number } | undefined {
  const bars = barsOf(values, limits);
  if (bars.length === 0) return undefined;
  const [from, to] = [Math.min(...bars.map((bar) => bar.from)), Math.max(...bars.map((bar) => bar.to))];
  const highest = Math.max(...bars.map(({ count }) => count));
  const x = (value: number): number => round(side + ((value - from) / (to - from)) * (width - 2 * side));
  const rects = bars.map(({ from, to, count }) => {
    const tall = round((count / highest) * (base - top));
    const wide = round(Math.max(1, x(to) - x(from) - 1));
    return `<rect x="${x(from)}" y="${round(base - tall)}" width="${wide}" height="${tall}" fill="${barColor}"/>`;
  });
  const shown = [limits.lower, limits.upper].filter((limit) => limit !== null && limit >= from && limit <= to);
  const lines = shown.flatMap((limit) =>
    limit === null
      ? []
      : `<line x1="${x(limit)}" x2="${x(limit)}" y1="2" y2="${base}" stroke="${limitColor}" stroke-width="2" stroke-dasharray="4 2"/>`,
  );
  const labels = [from, to].map((value, index) => {
    const place = index === 0 ? `x="${side}" text-anchor="start"` : `x="${width - side}" text-anchor="end"`;
    return `<text ${place} y="${height - 4}" font-family="sans-serif" font-size="11" fill="${textColor}">${formatValue(short(value))}</text>`;
  });
  const axis = `<line x1="${side}" x2="${width - side}" y1="${base}" y2="${base}" stroke="${lineColor}"/>`;
  const content = [...rects, axis, ...lines, ...labels].join('');
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${content}</svg>`;
  return { uri: `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`, width, height };
}

function barsOf(values: readonly number[], limits: SpecLimits): Bar[] {
  const found = histogramOf(values, limits);
  if (found.kind === 'noData') return [];
  if (found.kind === 'bins') return [...found.bins];
  const counts = found.kind === 'bars' ? found.bars : found.values.map((value) => ({ value, count: 1 }));
  // Few distinct values are narrow bars on an axis that reaches over limits nearby.
  const points = counts.map(({ value }) => value);
  const range = Math.max(...points) - Math.min(...points) || Math.abs(points[0] ?? 0) * 0.01 || 1;
  const near = [limits.lower, limits.upper]
    .filter((limit) => limit !== null)
    .filter((limit) => limit >= Math.min(...points) - 3 * range && limit <= Math.max(...points) + 3 * range);
  const [from, to] = [Math.min(...points, ...near), Math.max(...points, ...near)];
  const half = (to - from || range) / 60;
  return [
    ...counts.map(({ value, count }) => ({ from: value - half, to: value + half, count })),
    { from: from - half, to: from - half, count: 0 },
    { from: to + half, to: to + half, count: 0 },
  ];
}

const round = (value: number): number => Math.round(value * 10) / 10;
const short = (value: number): number => Number(value.toPrecision(4));
