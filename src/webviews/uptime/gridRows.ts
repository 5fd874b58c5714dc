import * as l10n from '@vscode/l10n';
import { html, nothing, svg } from 'lit';
import type { Days, UptimeRow } from '../../shared/contract/uptime.ts';
import { dayOf } from '../../shared/uptime/uptime.ts';
import { dateAndTime, shortTime } from './clock.ts';
import { type CellSize, dayShapes } from './dayShapes.ts';
import { pauseMark, stateMark } from './marks.ts';
import { lastDaysOf } from './rowSums.ts';
import { coverageText, dayText, observedText, uptimeText } from './words.ts';

export interface RowOptions {
  readonly days: Days;
  readonly firstDay: number;
  readonly shown: number;
  readonly size: CellSize;
  readonly large: boolean;
  readonly pinned: string | null;
}

export const gridHead = ({ shown }: RowOptions): unknown => html`
  <div class="head" role="row" aria-rowindex="1">
    <span role="columnheader" aria-colindex="1">${l10n.t('Station')}</span>
    <span role="columnheader" aria-colindex="2" aria-colspan=${shown} class="span">
      <span>${l10n.t('{0} days ago', shown - 1)}</span><span>${l10n.t('today')}</span>
    </span>
    <span role="columnheader" aria-colindex=${shown + 2} class="figure">${l10n.t('{0} days', shown)}</span>
  </div>
`;

/** @param day the index of the focusable day, or -1 in the other rows */
export function stationRow(row: UptimeRow, index: number, day: number, options: RowOptions): unknown {
  const { shown, large, days } = options;
  if (large) {
    return html`<div class="row" role="row" aria-rowindex=${index + 1} data-id=${row.id}>
      ${dayBar(row, day, options)}
    </div>`;
  }
  const sum = lastDaysOf(row, days, shown);
  return html`
    <div class="row" role="row" aria-rowindex=${index + 2} data-id=${row.id}>
      <span class="name" role="rowheader" aria-colindex="1">
        <button type="button" class="link" tabindex=${day < 0 ? -1 : 0}>${row.name}</button>
        <span class="since">
          ${stateMark(row.state)}
          ${
            row.since === null
              ? nothing
              : html`<span class="note" title=${dateAndTime(row.since, days.time_zone)}
                  >${l10n.t('since {0}', shortTime(row.since, days.now, days.time_zone))}</span
                >`
          }
          ${pauseMark(row, days)}
        </span>
      </span>
      ${dayBar(row, day, options)}
      <span class="figure" role="gridcell" aria-colindex=${shown + 2} title=${observedText(sum)}>
        ${
          row.is_watched
            ? html`<span class="percent">${uptimeText(sum)}</span>
                <span class="note">${l10n.t('{0} observed', coverageText(sum))}</span>`
            : html`<span class="note">${l10n.t('no history')}</span>`
        }
      </span>
    </div>
  `;
}

/** Draws the days in one picture. The row that can be focused also has an element for each day. */
function dayBar(row: UptimeRow, day: number, options: RowOptions): unknown {
  const { firstDay, shown, size } = options;
  const { pitch, height, mark } = size;
  const shapes = dayShapes(row.columns, firstDay, shown, size);
  const width = pitch * shown;
  const whole = height + mark;
  const begin = options.large ? 1 : 2;
  return html`
    <span
      class="bars"
      role=${day < 0 ? 'gridcell' : nothing}
      aria-colindex=${day < 0 ? begin : nothing}
      aria-colspan=${day < 0 ? shown : nothing}
      aria-label=${day < 0 ? barText(row, options) : nothing}
      .style=${`width: ${width}px; height: ${whole}px`}
    >
      <svg width=${width} height=${whole} aria-hidden="true">
        ${Object.entries(shapes).map(([kind, path]) => (path === '' ? nothing : svg`<path class=${kind} d=${path} />`))}
      </svg>
      ${day < 0 ? nothing : dayCells(row, day, begin, options)}
    </span>
  `;
}

const barText = (row: UptimeRow, { firstDay, shown }: RowOptions): string =>
  l10n.t(
    '{0} days, {1} of them with downtime',
    shown,
    row.columns.down.slice(firstDay).filter((down) => down > 0).length,
  );

function dayCells(row: UptimeRow, day: number, begin: number, options: RowOptions): unknown {
  const { days, firstDay, shown, size, pinned } = options;
  return html`
    <span class="cells" role="presentation" .style=${`grid-template-columns: repeat(${shown}, ${size.pitch}px)`}>
      ${Array.from({ length: shown }, (_, n) => {
        const date = days.dates[firstDay + n] ?? '';
        return html`<span
          role="gridcell"
          tabindex=${firstDay + n === day ? 0 : -1}
          aria-colindex=${begin + n}
          aria-selected=${date === pinned}
          aria-label=${dayText(date, dayOf(row.columns, days, firstDay + n))}
        ></span>`;
      })}
    </span>
  `;
}
