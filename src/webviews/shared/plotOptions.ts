import type uPlot from 'uplot';
import { formatValue } from '../../shared/format/values.ts';
import { themeColor } from './theme.ts';

export interface PlotAxis {
  name?: string | null | undefined;
  units: string | null;
}

const colors = ['--vscode-charts-blue', '--vscode-charts-green', '--vscode-charts-purple', '--vscode-charts-orange'];
const dashes = [[], [8, 4], [2, 3], [10, 4, 2, 4]];

export const curveStyle = (index: number): { color: string; dash: number[] } => ({
  color: colors[index % colors.length] ?? '',
  dash: dashes[index % dashes.length] ?? [],
});

export const titleOf = ({ name, units }: PlotAxis, otherwise: string): string =>
  `${name ?? otherwise}${units ? ` (${units})` : ''}`;

const scaleOf = ({ units }: PlotAxis): string => `y ${units ?? ''}`;

export function axisStyle() {
  const { fontFamily } = getComputedStyle(document.body);
  return {
    stroke: themeColor('--vscode-descriptionForeground'),
    font: `12px ${fontFamily}`,
    labelFont: `12px ${fontFamily}`,
    grid: { stroke: `color-mix(in srgb, ${themeColor('--vscode-foreground')} 16%, transparent)`, width: 1 },
    ticks: { show: false },
  };
}

/** Returns the plot options for the current theme. Up to two y axes are drawn. */
export function plotOptions(axes: readonly PlotAxis[], isOrdered: boolean): Omit<uPlot.Options, 'width' | 'height'> {
  const [x, ...ys] = axes;
  const scales = [...new Set(ys.map(scaleOf))];
  const axis = axisStyle();
  return {
    legend: { show: false },
    cursor: { drag: { x: true, y: false, dist: 5 }, points: { size: 7 } },
    scales: { x: { time: false }, ...Object.fromEntries(scales.map((scale) => [scale, {}])) },
    series: [
      {},
      ...ys.map((y, index): uPlot.Series => {
        const { color, dash } = curveStyle(index);
        const stroke = themeColor(color);
        const line = { dash, width: 1.5, points: { show: false } };
        const dots = { paths: () => null, points: { show: true, size: 4, fill: stroke } };
        return { scale: scaleOf(y), stroke, ...(isOrdered ? line : dots) };
      }),
    ],
    axes: [
      { ...axis, label: x ? titleOf(x, 'x') : 'x', labelSize: 20, size: 36 },
      ...scales.slice(0, 2).map((scale, index): uPlot.Axis => {
        const label = ys.filter((y) => scaleOf(y) === scale).map((y) => titleOf(y, 'y'));
        return {
          ...axis,
          grid: { ...axis.grid, show: index === 0 },
          scale,
          label: label.join(', '),
          labelSize: 20,
          size: 56,
        };
      }),
    ],
  };
}

/** Sorts points by x, as the library requires. Points that were not measured in that order are drawn without lines. */
export function orderedByX(series: readonly Float64Array[]): { data: readonly Float64Array[]; isOrdered: boolean } {
  const x = series[0] ?? new Float64Array();
  if (x.every((value, index) => index === 0 || value >= (x[index - 1] ?? value))) {
    return { data: series, isOrdered: true };
  }
  const order = Uint32Array.from(x.keys()).sort((a, b) => (x[a] ?? 0) - (x[b] ?? 0));
  const data = series.map((values) => Float64Array.from(order, (index) => values[index] ?? NaN));
  return { data, isOrdered: false };
}

export function readout(plot: uPlot, axes: readonly PlotAxis[]): string {
  const index = plot.cursor.idx;
  if (index == null) return '';
  return axes
    .map((axis, column) => ({ ...axis, column, value: plot.data[column]?.[index] }))
    .filter(({ value }) => !Number.isNaN(value)) // a curve that ends before this x
    .map(({ name, units, column, value }) =>
      [name ?? (column === 0 ? 'x' : 'y'), formatValue(value), units].filter(Boolean).join(' '),
    )
    .join(' · ');
}
