import * as l10n from '@vscode/l10n';
import { formatValue } from '../format/values.ts';
import { escapeHtml } from './escapeHtml.ts';

const width = 640;
const height = 180;
const margin = { left: 70, right: 12, top: 10, bottom: 34 };
/** More points than this cannot be told apart; of each step the lowest and the highest are drawn. */
const maxSteps = 800;
const colors = ['#0b62c4', '#b3541e', '#2e7d32', '#8e24aa'];

interface Axis {
  readonly name: string;
  readonly units: string | null;
}

export function curveSvg(axes: readonly Axis[], series: readonly (readonly number[])[]): string {
  const [x = [], ...ys] = series;
  const xRange = rangeOf([x]);
  const yRange = rangeOf(ys);
  if (xRange === null || yRange === null) return '';
  const place = (value: number, [low, high]: Range, from: number, to: number): string =>
    (high === low ? (from + to) / 2 : from + ((value - low) / (high - low)) * (to - from)).toFixed(1);
  const right = width - margin.right;
  const bottom = height - margin.bottom;
  const lines = ys.map((y, index) => {
    const points = thinned(x, y)
      .map((at) => `${place(x[at] ?? 0, xRange, margin.left, right)},${place(y[at] ?? 0, yRange, bottom, margin.top)}`)
      .join(' ');
    return `<polyline points="${points}" fill="none" stroke="${colors[index % colors.length]}" stroke-width="1.5"/>`;
  });
  const text = (value: string, at: string): string => `<text ${at} font-size="11">${escapeHtml(value)}</text>`;
  const number = (value: number): string => formatValue(Number(value.toPrecision(6))) ?? '';
  const titles = axes.map(({ name, units }) => (units ? `${name} (${units})` : name));
  const label = l10n.t('{0} from {1} to {2}', titles.slice(1).join(', '), number(yRange[0]), number(yRange[1]));
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(label)}">
<rect x="${margin.left}" y="${margin.top}" width="${right - margin.left}" height="${bottom - margin.top}" fill="none" stroke="#888"/>
${lines.join('\n')}
${text(number(yRange[1]), `x="${margin.left - 6}" y="${margin.top + 10}" text-anchor="end"`)}
${text(number(yRange[0]), `x="${margin.left - 6}" y="${bottom}" text-anchor="end"`)}
${text(number(xRange[0]), `x="${margin.left}" y="${bottom + 14}"`)}
${text(number(xRange[1]), `x="${right}" y="${bottom + 14}" text-anchor="end"`)}
${text(titles[0] ?? '', `x="${(margin.left + right) / 2}" y="${bottom + 14}" text-anchor="middle"`)}
${text(titles.slice(1).join(', '), `x="${margin.left}" y="${bottom + 29}"`)}
</svg>`;
}

type Range = readonly [low: number, high: number];

function rangeOf(series: readonly (readonly number[])[]): Range | null {
  let [low, high] = [Infinity, -Infinity];
  for (const values of series) {
    for (const value of values) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return low <= high ? [low, high] : null;
}

function thinned(x: readonly number[], y: readonly number[]): number[] {
  const count = Math.min(x.length, y.length);
  if (count <= 2 * maxSteps) return Array.from({ length: count }, (_, at) => at);
  return Array.from({ length: maxSteps }, (_, step) => {
    const from = Math.floor((step * count) / maxSteps);
    const to = Math.floor(((step + 1) * count) / maxSteps);
    let [lowest, highest] = [from, from];
    for (let at = from; at < to; at += 1) {
      if ((y[at] ?? 0) < (y[lowest] ?? 0)) lowest = at;
      if ((y[at] ?? 0) > (y[highest] ?? 0)) highest = at;
    }
    return lowest <= highest ? [lowest, highest] : [highest, lowest];
  }).flat();
}
