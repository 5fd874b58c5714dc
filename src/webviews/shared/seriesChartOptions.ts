import type uPlot from 'uplot';
import { axisStyle } from './plotOptions.ts';
import { themeColor } from './theme.ts';

export interface ChartSeries {
  /** Empty for a series that the key does not name. */
  readonly name: string;
  /** One value for each x; null where there is none. */
  readonly values: readonly (number | null)[];
  /** `rings` surround points of another series. `edge` is not drawn: it bounds the band. */
  readonly kind: 'line' | 'steps' | 'points' | 'rings' | 'bars' | 'edge';
  /** The name of a theme variable. */
  readonly color: string;
  readonly dash?: readonly number[];
}

export interface Chart {
  readonly label: string;
  readonly x: readonly number[];
  readonly series: readonly ChartSeries[];
  /** The area between two series, by their indexes. */
  readonly band?: { readonly upper: number; readonly lower: number; readonly color: string };
  readonly marks?: readonly { readonly x: number; readonly text: string }[];
  readonly height: number;
  readonly minimum?: number;
  readonly maximum?: number;
  /** Whether x counts days since 1970, so that ticks are whole days. */
  readonly isByDay: boolean;
  readonly formatX: (x: number) => string;
  readonly formatY: (y: number) => string;
  readonly reading: (index: number) => string;
  readonly pickHint?: string;
}

type Options = Omit<uPlot.Options, 'width' | 'height'> & { hooks: uPlot.Hooks.Arrays };

const daySteps = [1, 2, 7, 14, 28, 56, 91, 182, 364];

export function chartOptions(Plot: typeof uPlot, chart: Chart): Options {
  const style = axisStyle();
  const bars = chart.series.some(({ kind }) => kind === 'bars');
  return {
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, points: { size: 8 }, y: false },
    scales: {
      x: { time: false, ...(chart.x.length < 2 || bars ? { range: (_plot, min, max) => [min - 0.6, max + 0.6] } : {}) },
      y: { range: (_plot, min, max) => yRange(chart, min, max) },
    },
    series: [{}, ...chart.series.map((series) => seriesOptions(Plot, series))],
    bands: chart.band
      ? [{ series: [chart.band.upper + 1, chart.band.lower + 1], fill: fill(chart.band.color, 18) }]
      : [],
    axes: [
      {
        ...style,
        size: 28,
        grid: { show: false },
        space: 70,
        incrs: chart.isByDay ? daySteps : [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
        values: (_plot, splits) => withoutRepeats(splits.map((x) => (Number.isInteger(x) ? chart.formatX(x) : ''))),
      },
      {
        ...style,
        size: (_plot, values) => Math.max(44, 12 + 7 * longest(values)),
        values: (_plot, splits) => splits.map(chart.formatY),
      },
    ],
    hooks: { draw: [(plot) => drawMarks(plot, chart)] },
  };
}

const withoutRepeats = (texts: readonly string[]): string[] =>
  texts.map((text, index) => (text === texts[index - 1] ? '' : text));

/** Bars begin at 0, since their lengths are compared. */
function yRange({ minimum, maximum, series }: Chart, min: number | null, max: number | null): [number, number] {
  const hasBars = series.some(({ kind }) => kind === 'bars');
  const [low, high] = [hasBars ? 0 : (min ?? 0), max ?? 1];
  const margin = high > low ? 0.06 * (high - low) : Math.max(Math.abs(high) * 0.05, 1e-9);
  return [
    Math.max(minimum ?? -Infinity, low === minimum ? low : low - margin),
    Math.min(maximum ?? Infinity, high + margin),
  ];
}

function seriesOptions(Plot: typeof uPlot, { kind, color, dash = [] }: ChartSeries): uPlot.Series {
  const stroke = themeColor(color);
  const noPath = { paths: () => null };
  switch (kind) {
    case 'points':
      return { ...noPath, stroke, points: { show: true, size: 5, fill: stroke, width: 0 } };
    case 'rings':
      return { ...noPath, stroke, points: { show: true, size: 11, fill: 'transparent', width: 2 } };
    case 'edge':
      return { stroke: 'transparent', points: { show: false } };
    case 'bars': {
      const paths = Plot.paths.bars?.({ size: [0.7, 48] });
      return { stroke, fill: fill(color, 70), width: 1, points: { show: false }, ...(paths ? { paths } : {}) };
    }
    case 'steps': {
      const paths = Plot.paths.stepped?.({ align: 1 });
      return { stroke, dash: [...dash], width: 1.5, points: { show: false }, ...(paths ? { paths } : {}) };
    }
    case 'line':
      return { stroke, dash: [...dash], width: 1.5, points: { show: dash.length === 0, size: 4, fill: stroke } };
  }
}

const fill = (color: string, percent: number): string =>
  `color-mix(in srgb, ${themeColor(color)} ${percent}%, transparent)`;

function drawMarks(plot: uPlot, { marks = [] }: Chart): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = themeColor('--vscode-foreground');
  ctx.fillStyle = themeColor('--vscode-foreground');
  ctx.lineWidth = ratio;
  ctx.setLineDash([2 * ratio, 3 * ratio]);
  ctx.font = `${11 * ratio}px ${getComputedStyle(document.body).fontFamily}`;
  ctx.textBaseline = 'top';
  for (const { x, text } of marks) {
    const left = plot.valToPos(x, 'x', true);
    ctx.beginPath();
    ctx.moveTo(left, bbox.top);
    ctx.lineTo(left, bbox.top + bbox.height);
    ctx.stroke();
    const isRight = left + ctx.measureText(text).width + 8 * ratio > bbox.left + bbox.width;
    ctx.textAlign = isRight ? 'right' : 'left';
    ctx.fillText(text, left + (isRight ? -4 : 4) * ratio, bbox.top + 2 * ratio);
  }
  ctx.restore();
}

/** @param texts null before the first draw, which the types do not say */
const longest = (texts: readonly string[] | null): number =>
  (texts ?? []).reduce((length, text) => Math.max(length, text.length), 0);
