import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import { guard } from 'lit/directives/guard.js';
import type { Days, UptimeRow } from '../../shared/contract/uptime.ts';
import { lastDays, sumOf } from '../../shared/uptime/uptime.ts';
import { filterField } from '../shared/pageParts.ts';
import { legend } from './marks.ts';
import { sortKeys } from './order.ts';
import { figureList, tools, zoneNote } from './pageParts.ts';
import { sumRows } from './rowSums.ts';
import { stationsTable } from './tables.ts';
import type { Fleet, View } from './view.ts';
import type { Widths } from './widths.ts';

import '@vscode-elements/elements/dist/vscode-option/index.js';
import '@vscode-elements/elements/dist/vscode-single-select/index.js';
import '@vscode-elements/elements/dist/vscode-textfield/index.js';
import './stationGrid.ts';

export function overviewPage(view: View, fleet: Fleet, rows: readonly UptimeRow[], widths: Widths): unknown {
  const { filter, table } = view.chosen;
  const all = fleet.rows;
  return html`
    <header class="title-bar">
      <h1>${l10n.t('Uptime')}</h1>
      <span class="summary">${summary(all)}</span>
      ${tools(view, null)}
    </header>
    <main>
      ${all.length > 1 ? guard([fleet], () => figureList(l10n.t('All stations together'), fleetFigures(all, fleet.days))) : nothing}
      <section aria-label=${l10n.t('Stations')}>
        <div class="section-head">
          ${filterField(l10n.t('Filter by name'), l10n.t('Filter stations by name'), filter, (text) => view.save({ filter: text }))}
          ${sortChoice(view)} ${table ? nothing : legend()}
        </div>
        <p class="only-spoken" role="status">${filter === '' ? '' : l10n.t('{0} stations shown', rows.length)}</p>
        ${rows.length === 0 ? html`<p class="note">${nothingShown(all)}</p>` : nothing}
        ${rows.length === 0 ? nothing : table ? stationsTable(view, rows, fleet.days) : grid(view, fleet, rows, widths)}
        ${table ? nothing : zoneNote(fleet.days.time_zone)}
      </section>
    </main>
  `;
}

const grid = (view: View, fleet: Fleet, rows: readonly UptimeRow[], { shown, size, stacked }: Widths): unknown => html`
  <station-grid
    .rows=${rows}
    .days=${fleet.days}
    .shown=${shown}
    .size=${size}
    ?stacked=${stacked}
    @choose=${({ detail }: CustomEvent<{ id: string; date: string | null }>) => view.open(detail.id, detail.date)}
  ></station-grid>
`;

function summary(rows: readonly UptimeRow[]): string {
  const connected = rows.filter(({ state }) => state === 'connected' || state === 'running').length;
  return l10n.t('{0} of {1} connected', connected, rows.length);
}

function fleetFigures(rows: readonly UptimeRow[], days: Days): Parameters<typeof figureList>[1] {
  const columns = sumRows(rows, days);
  return {
    day: sumOf(rows.map(({ last_24_hours }) => last_24_hours)),
    days: (count) => lastDays(columns, days, count),
  };
}

function sortChoice(view: View): unknown {
  const words = { name: l10n.t('By name'), uptime: l10n.t('Lowest uptime first'), state: l10n.t('Down first') };
  return html`
    <vscode-single-select
      label=${l10n.t('Order of the stations')}
      .value=${view.chosen.sort}
      @change=${({ target }: Event & { target: HTMLSelectElement }) =>
        view.save({ sort: sortKeys.find((key) => key === target.value) ?? 'name' })}
    >
      ${sortKeys.map((key) => html`<vscode-option value=${key}>${words[key]}</vscode-option>`)}
    </vscode-single-select>
  `;
}

const nothingShown = (all: readonly UptimeRow[]): string =>
  all.length === 0
    ? l10n.t('There is no station yet. Create one in the Stations view.')
    : l10n.t('No matching stations.');
