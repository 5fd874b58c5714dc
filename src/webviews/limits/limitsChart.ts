import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import type { SpecLimits } from '../../shared/statistics/capability.ts';
import type { Histogram } from '../../shared/statistics/histogram.ts';
import { cssPercent } from '../shared/element.ts';
import { histogramChart, type HistogramScale } from '../shared/histogramChart.ts';

export type Side = keyof SpecLimits;

interface LimitsChart {
  readonly histogram: Histogram;
  readonly scale: HistogramScale;
  readonly limits: SpecLimits;
  readonly units: string | null;
  readonly changes: string;
  readonly label: string;
  /** The decimals of a limit that is moved. */
  readonly digits: number;
  /** @param isMoving whether more moves of the same drag follow */
  readonly move: (side: Side, limit: number, isMoving: boolean) => void;
}

const largeStep = 10;

export function limitsChart(chart: LimitsChart): unknown {
  const { histogram, scale, limits, label } = chart;
  return html`
    <div class="limits-chart">
      ${histogramChart(histogram, limits, label, scale)}
      <div class="handles">${handle(chart, 'lower')} ${handle(chart, 'upper')}</div>
    </div>
  `;
}

function handle(chart: LimitsChart, side: Side): unknown {
  const { scale, limits, units, changes, move, digits } = chart;
  const limit = limits[side];
  if (limit === null) return nothing;
  const share = (limit - scale.from) / (scale.to - scale.from);
  const step = 10 ** -digits;
  const rounded = (value: number): number => Number(value.toFixed(digits)) + 0;
  const valueAt = ({ clientX, currentTarget }: PointerEvent): number | undefined => {
    const track = currentTarget instanceof HTMLElement ? currentTarget.parentElement : null;
    if (track === null) return undefined;
    const { left, width } = track.getBoundingClientRect();
    const at = Math.min(1, Math.max(0, (clientX - left) / width));
    return rounded(scale.from + at * (scale.to - scale.from));
  };
  const drag = (event: PointerEvent, isMoving: boolean): void => {
    const { currentTarget, pointerId } = event;
    if (!(currentTarget instanceof HTMLElement) || !currentTarget.hasPointerCapture(pointerId)) return;
    const value = valueAt(event);
    if (value !== undefined) move(side, value, isMoving);
  };
  const moves: Record<string, number> = {
    ArrowLeft: limit - step,
    ArrowDown: limit - step,
    ArrowRight: limit + step,
    ArrowUp: limit + step,
    PageDown: limit - largeStep * step,
    PageUp: limit + largeStep * step,
    Home: scale.from,
    End: scale.to,
  };
  return html`<div
    class="handle ${side}"
    role="slider"
    tabindex="0"
    aria-label=${side === 'lower' ? l10n.t('Lower limit') : l10n.t('Upper limit')}
    aria-valuemin=${rounded(scale.from)}
    aria-valuemax=${rounded(scale.to)}
    aria-valuenow=${limit}
    aria-valuetext=${`${limit} ${units ?? ''}. ${changes}`}
    title=${l10n.t('Drag, or move with the arrow keys. Page Up and Page Down move further.')}
    .style=${`left: ${cssPercent(Math.min(1, Math.max(0, share)))}`}
    @pointerdown=${(event: PointerEvent) => {
      if (event.currentTarget instanceof HTMLElement) event.currentTarget.setPointerCapture(event.pointerId);
    }}
    @pointermove=${(event: PointerEvent) => drag(event, true)}
    @pointerup=${(event: PointerEvent) => drag(event, false)}
    @keydown=${(event: KeyboardEvent) => {
      const to = moves[event.key];
      if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      move(side, rounded(to), false);
    }}
  ></div>`;
}
