import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import { overlayCurves } from '../../shared/run/overlayCurves.ts';
import type { ComparedMeasurement } from '../../shared/run/runComparison.ts';
import type { PlotAxis } from '../shared/plotOptions.ts';
import { send } from './host.ts';

import '../shared/plot.ts';

export type SeriesOfSides = ReadonlyMap<string, readonly Float64Array[]>;

/** The last curves that were laid over each other, so that a plot is drawn again only if its points have changed. */
const drawn = new WeakMap<readonly Float64Array[], Float64Array[] | null>();

export function curvesSection(rows: readonly ComparedMeasurement[], series: SeriesOfSides): unknown {
  const both = rows.filter(({ leftCurve, rightCurve }) => leftCurve !== null && rightCurve !== null);
  if (both.length === 0) return nothing;
  return html`
    <section aria-labelledby="curves">
      <h2 id="curves">${l10n.t('Curves of both runs')}</h2>
      ${both.map((row) => curve(row, series))}
    </section>
  `;
}

function curve({ phase, name, leftCurve, rightCurve }: ComparedMeasurement, series: SeriesOfSides): unknown {
  if (leftCurve === null || rightCurve === null) return nothing;
  const heading = html`<h3>${name} <span class="note">${phase}</span></h3>`;
  const [leftX, ...leftYs] = leftCurve.curve.axes;
  const [rightX, ...rightYs] = rightCurve.curve.axes;
  if (leftX === undefined || (leftX.units ?? '') !== (rightX?.units ?? '')) {
    return html`${heading}
      <p class="note">${l10n.t('The x axes have different units, so the curves cannot be shown in one plot.')}</p>`;
  }
  const left = series.get(`left ${leftCurve.measurement}`);
  const right = series.get(`right ${rightCurve.measurement}`);
  const overlaid = left && right ? overlaidOnce(left, right) : undefined;
  if (overlaid === null) {
    return html`${heading}
      <p class="note">
        ${l10n.t('The points are not in the order of x, so the curves cannot be shown in one plot.')}
      </p>`;
  }
  const named = (axes: readonly PlotAxis[], run: string): PlotAxis[] =>
    axes.map((axis) => ({ units: axis.units, name: `${axis.name ?? name} (${run})` }));
  const axes = [leftX, ...named(leftYs, l10n.t('older run')), ...named(rightYs, l10n.t('newer run'))];
  return html`
    ${heading}
    <curve-plot
      .label=${l10n.t('{0} of both runs: {1} and {2} points.', name, leftCurve.curve.points, rightCurve.curve.points)}
      .axes=${axes}
      .series=${overlaid}
      @needed=${() => {
        send({ type: 'series', side: 'left', measurement: leftCurve.measurement });
        send({ type: 'series', side: 'right', measurement: rightCurve.measurement });
      }}
    ></curve-plot>
  `;
}

function overlaidOnce(left: readonly Float64Array[], right: readonly Float64Array[]): Float64Array[] | null {
  const known = drawn.get(left);
  if (known !== undefined) return known;
  const overlaid = overlayCurves(left, right);
  drawn.set(left, overlaid);
  return overlaid;
}
