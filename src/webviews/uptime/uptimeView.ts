import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import type { UptimeRow } from '../../shared/contract/uptime.ts';
import { type DayUptime, type KnownStation, type StationUptime, toUptime } from '../../shared/contract/uptimeView.ts';
import { unpackColumns, withDay } from '../../shared/uptime/uptimeColumns.ts';
import { PageElement, states } from '../shared/element.ts';
import { failurePage } from '../shared/failurePage.ts';
import { handleMessages } from '../shared/host.ts';
import { send, viewState } from './host.ts';
import { stateMark } from './marks.ts';
import { filterAndSort } from './order.ts';
import { overviewPage } from './overviewPage.ts';
import type { StationGrid } from './stationGrid.ts';
import { stationPage } from './stationPage.ts';
import type { Fleet, View } from './view.ts';
import { widthsOf } from './widths.ts';
import { stateWord } from './words.ts';

import '@vscode-elements/elements/dist/vscode-button/index.js';

class UptimeView extends PageElement implements View {
  static override properties = states(
    'fleet',
    'known',
    'failure',
    'station',
    'day',
    'watched',
    'chosen',
    'width',
    'announcement',
  );
  declare fleet: Fleet | undefined;
  declare known: { server: string; stations: readonly KnownStation[] } | undefined;
  declare failure: string | undefined;
  declare station: StationUptime | undefined;
  declare day: { station: string; day: DayUptime } | undefined;
  declare watched: ReadonlySet<string>;
  declare chosen: typeof viewState.value;
  declare width: number;
  declare announcement: string;
  #focus: { id: string; date: string | null } | undefined;

  constructor() {
    super();
    this.watched = new Set();
    this.chosen = viewState.value;
    this.width = document.documentElement.clientWidth;
    this.announcement = '';
    this.addEventListener('keydown', ({ key }) => key === 'Escape' && this.clear());
  }

  override connectedCallback(): void {
    super.connectedCallback();
    new ResizeObserver(() => (this.width = document.documentElement.clientWidth)).observe(document.documentElement);
    handleMessages(
      toUptime,
      {
        fleet: ({ days, rows, columns }) =>
          this.#setFleet({ days, rows: unpackColumns(rows, columns, days.dates.length) }),
        row: ({ row, now }) => this.#setRow(row, now),
        station: ({ station }) => (this.station = station),
        day: ({ station, day }) => this.#setDay(station, day),
        known: ({ server, stations }) => {
          this.known = { server, stations };
          this.fleet = undefined;
          this.failure = undefined;
        },
        failed: ({ message }) => (this.failure = message),
        open: ({ station }) => this.open(station, null),
        watched: ({ stations }) => (this.watched = new Set(stations)),
      },
      { time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone },
    );
    this.#sendSelection();
  }

  protected override render(): unknown {
    return html`${this.#page()}
      <p class="only-spoken" role="status" aria-live="polite">${this.announcement}</p>`;
  }

  #page(): unknown {
    if (this.failure !== undefined) {
      return failurePage(l10n.t('The uptime cannot be shown'), this.failure, () => send({ type: 'refresh' }));
    }
    if (this.known) return knownPage(this.known);
    const { fleet, chosen } = this;
    if (!fleet) return html`<p class="note loading">${l10n.t('Loading the uptime…')}</p>`;
    const rows = filterAndSort(fleet.rows, fleet.days, chosen.filter, chosen.sort);
    const row = fleet.rows.find(({ id }) => id === chosen.station);
    const widths = widthsOf(this.width, row !== undefined);
    return row === undefined
      ? overviewPage(this, fleet, rows, widths)
      : stationPage(this, fleet.days, row, rows, widths);
  }

  protected override updated(): void {
    const focus = this.#focus;
    const grid = this.querySelector<StationGrid>('station-grid');
    if (!focus || !grid) return;
    this.#focus = undefined;
    grid.focusDay(focus.id, focus.date);
  }

  save(change: Partial<typeof viewState.value>): void {
    viewState.save(change);
    this.chosen = viewState.value;
  }

  open(id: string, date: string | null): void {
    if (this.chosen.station === null) this.save({ scroll: window.scrollY });
    const day = date ?? this.fleet?.days.dates.at(-1) ?? null;
    this.save({ station: id, date: day });
    this.#focus = { id, date: day };
    this.#sendSelection();
    window.scrollTo({ top: 0 });
  }

  pin(date: string | null): void {
    this.save({ date });
    this.#sendSelection();
  }

  close(): void {
    const { station, date, scroll } = this.chosen;
    this.save({ station: null, date: null });
    if (station !== null) this.#focus = { id: station, date };
    this.#sendSelection();
    void this.updateComplete.then(() => window.scrollTo({ top: scroll }));
  }

  clear(): void {
    if (this.chosen.date !== null) this.pin(null);
    else if (this.chosen.station !== null) this.close();
  }

  step(rows: readonly UptimeRow[], by: number): void {
    const next = rows[rows.findIndex(({ id }) => id === this.chosen.station) + by];
    if (next) this.open(next.id, this.chosen.date);
  }

  #sendSelection(): void {
    const { station, date } = this.chosen;
    if (this.station?.id !== station) this.station = undefined;
    if (this.day?.station !== station || this.day.day.date !== date) this.day = undefined;
    send({ type: 'select', station, date: station === null ? null : date });
  }

  #setFleet(fleet: Fleet): void {
    const before = new Map(this.fleet?.rows.map((row) => [row.id, row]));
    for (const row of fleet.rows) this.#announce(before.get(row.id), row);
    this.fleet = fleet;
    this.known = undefined;
    this.failure = undefined;
    const { station, date } = this.chosen;
    if (station !== null && !fleet.rows.some(({ id }) => id === station)) this.close();
    else if (station !== null && date !== null && !fleet.days.dates.includes(date)) this.pin(null);
  }

  #setRow(row: UptimeRow, now: number): void {
    if (!this.fleet) return;
    const { days, rows } = this.fleet;
    this.#announce(
      rows.find(({ id }) => id === row.id),
      row,
    );
    this.fleet = { days: { ...days, now }, rows: rows.map((each) => (each.id === row.id ? row : each)) };
  }

  /** Also updates the row: today's figures in an older row would differ from the day's. */
  #setDay(station: string, day: DayUptime): void {
    this.day = { station, day };
    if (!this.fleet) return;
    const { days, rows } = this.fleet;
    const row = rows.find(({ id }) => id === station);
    const at = days.dates.indexOf(day.date);
    if (row && at >= 0) this.#setRow({ ...row, columns: withDay(row.columns, at, day.durations) }, days.now);
  }

  #announce(before: UptimeRow | undefined, { name, state }: UptimeRow): void {
    if (before && before.state !== state) this.announcement = l10n.t('{0}: {1}', name, stateWord(state));
  }
}
customElements.define('uptime-view', UptimeView);

/** Renders the stations of a server without uptime, such as TofuPilot. */
function knownPage({ server, stations }: { server: string; stations: readonly KnownStation[] }): unknown {
  return html`
    <header class="title-bar"><h1>${l10n.t('Uptime')}</h1></header>
    <main>
      <p class="explanation">
        ${l10n.t(
          '{0} has no public API for uptime, so only the connection status of each station is shown here. The history is in the dashboard.',
          server,
        )}
      </p>
      <vscode-button @click=${() => send({ type: 'openDashboard' })}>${l10n.t('Open dashboard')}</vscode-button>
      <vscode-button secondary @click=${() => send({ type: 'refresh' })}>${l10n.t('Refresh')}</vscode-button>
      ${stations.length === 0 ? html`<p class="note">${l10n.t('There is no station yet.')}</p>` : nothing}
      <ul class="known" ?hidden=${stations.length === 0}>
        ${stations.map(({ name, state }) => html`<li><span>${name}</span>${stateMark(state)}</li>`)}
      </ul>
    </main>
  `;
}
