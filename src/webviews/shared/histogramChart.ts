import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import type { SpecLimits } from '../../shared/statistics/capability.ts';
import type { Histogram } from '../../shared/statistics/histogram.ts';
import { cssPercent } from './element.ts';
import { countText, figure } from './numbers.ts';
import { roundTicks } from './ticks.ts';

export interface HistogramScale {
  readonly from: number;
  readonly to: number;
}

interface Bar {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly text: string;
}

/** A limit farther away than this many ranges of the values is not drawn. */
const limitDistance = 3;
const tickCount = 5;

export function histogramScale(histogram: Histogram, limits: SpecLimits): HistogramScale | null {
  const ends = endsOf(histogram);
  if (ends === null) return null;
  const span = ends.to - ends.from || Math.max(Math.abs(ends.from) * 0.02, 1e-9);
  const reach = limitDistance * span;
  const near = [limits.lower, limits.upper]
    .filter((limit) => limit !== null)
    .filter((limit) => limit >= ends.from - reach && limit <= ends.to + reach);
  const from = Math.min(ends.from, ...near);
  const to = Math.max(ends.to, ...near);
  const margin = 0.03 * (to - from || span);
  return { from: from - margin, to: to + margin };
}

function endsOf(histogram: Histogram): HistogramScale | null {
  switch (histogram.kind) {
    case 'noData':
      return null;
    case 'values':
      return { from: histogram.values[0] ?? 0, to: histogram.values.at(-1) ?? 0 };
    case 'bars':
      return { from: histogram.bars[0]?.value ?? 0, to: histogram.bars.at(-1)?.value ?? 0 };
    case 'bins':
      return { from: histogram.bins[0]?.from ?? 0, to: histogram.bins.at(-1)?.to ?? 0 };
  }
}

export function histogramChart(
  histogram: Histogram,
  limits: SpecLimits,
  label: string,
  scale = histogramScale(histogram, limits),
): unknown {
  if (scale === null) return nothing;
  const at = (value: number): string => cssPercent((value - scale.from) / (scale.to - scale.from));
  const bars = barsOf(histogram);
  const most = bars.reduce((highest, { count }) => Math.max(highest, count), 1);
  return html`
    <div class="histogram" role="img" aria-label=${label}>
      <div class="plot">
        ${bars.map(({ from, to, count, text }) =>
          count === 0
            ? nothing
            : html`<span
                class="bar ${from === to ? 'single' : ''} ${isOutside(from, to, limits) ? 'outside' : ''}"
                title=${text}
                .style=${`left: ${at(from)}; width: calc(${at(to)} - ${at(from)}); height: ${cssPercent(count / most)}`}
              ></span>`,
        )}
        ${limitLine(limits.lower, l10n.t('Lower limit'), 'lower', scale, at)}
        ${limitLine(limits.upper, l10n.t('Upper limit'), 'upper', scale, at)}
      </div>
      <div class="ticks">
        ${roundTicks(scale.from, scale.to, tickCount).map((tick) => html`<span .style=${`left: ${at(tick)}`}>${figure(tick)}</span>`)}
      </div>
    </div>
    ${histogram.kind === 'values' ? nothing : html`<p class="note">${l10n.t('The highest bar has {0} values.', countText(most))}</p>`}
    ${distantNote(histogram)}
  `;
}

function barsOf(histogram: Histogram): readonly Bar[] {
  const single = (value: number, count: number): Bar => ({
    from: value,
    to: value,
    count,
    text: l10n.t('{0}: n = {1}', figure(value), countText(count)),
  });
  switch (histogram.kind) {
    case 'noData':
      return [];
    case 'values':
      return histogram.values.map((value) => single(value, 1));
    case 'bars':
      return histogram.bars.map(({ value, count }) => single(value, count));
    case 'bins':
      return histogram.bins.map((bin) => ({
        ...bin,
        text: l10n.t('{0} to {1}: n = {2}', figure(bin.from), figure(bin.to), countText(bin.count)),
      }));
  }
}

const isOutside = (from: number, to: number, { lower, upper }: SpecLimits): boolean =>
  (lower !== null && (from + to) / 2 < lower) || (upper !== null && (from + to) / 2 > upper);

function limitLine(
  limit: number | null,
  name: string,
  side: string,
  { from, to }: HistogramScale,
  at: (value: number) => string,
): unknown {
  if (limit === null || limit < from || limit > to) return nothing;
  const place = (limit - from) / (to - from) > 0.5 ? 'at-end' : 'at-start';
  return html`<span class="limit ${side} ${place}" .style=${`left: ${at(limit)}`}
    ><span>${name} ${figure(limit)}</span></span
  >`;
}

function distantNote(histogram: Histogram): unknown {
  if (histogram.kind !== 'bins' || histogram.below + histogram.above === 0) return nothing;
  const [first, last] = [histogram.bins[0]?.from ?? 0, histogram.bins.at(-1)?.to ?? 0];
  return html`<p class="note">
    ${l10n.t('Not drawn, far from all others: {0} below {1} and {2} above {3}.', countText(histogram.below), figure(first), countText(histogram.above), figure(last))}
  </p>`;
}
