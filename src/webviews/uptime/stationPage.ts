import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import type { GoldenCheck } from '../../shared/contract/goldenChecks.ts';
import type { Pause } from '../../shared/contract/pauses.ts';
import type { Days, UptimeRow } from '../../shared/contract/uptime.ts';
import type { StationUptime } from '../../shared/contract/uptimeView.ts';
import { ago } from '../../shared/format/ago.ts';
import { checkAt } from '../../shared/golden/goldenState.ts';
import { pauseAt } from '../../shared/uptime/pauses.ts';
import { language } from '../shared/element.ts';
import { checkSentence, goldenIcons } from '../shared/goldenWords.ts';
import { icon, iconButton } from '../shared/icons.ts';
import { fact } from '../shared/pageParts.ts';
import { dateAndTime, nearTime, shortDay } from './clock.ts';
import { dayDetail } from './dayDetail.ts';
import { send } from './host.ts';
import { legend, pauseMark, stateMark } from './marks.ts';
import { figureList, tools, zoneNote } from './pageParts.ts';
import { lastDaysOf } from './rowSums.ts';
import { daysTable, shiftsTable } from './tables.ts';
import type { View } from './view.ts';
import type { Widths } from './widths.ts';
import { instantWord } from './words.ts';

import './stationGrid.ts';

export function stationPage(
  view: View,
  days: Days,
  row: UptimeRow,
  rows: readonly UptimeRow[],
  widths: Widths,
): unknown {
  const { station } = view;
  return html`
    <header class="title-bar">
      <button type="button" class="back" @click=${() => view.close()}>
        ${icon('arrow-left')} ${l10n.t('All stations')}
      </button>
      <h1>${row.name}</h1>
      <span class="now">${now(row, days)}</span>
      ${tools(view, row.id)}
    </header>
    <main>
      ${facts(row, station, days)} ${actions(view, row, days)}
      ${row.is_watched ? history(view, days, row, rows, widths) : neverWatched(row)}
      ${station && station.shifts.length > 0 ? shiftsTable(station.shifts, days.dates.length) : nothing}
      ${station ? pauseList(station, days) : nothing}
    </main>
  `;
}

function now(row: UptimeRow, days: Days): unknown {
  const { now, time_zone: zone } = days;
  return html`
    ${stateMark(row.state)}
    ${
      row.since === null
        ? nothing
        : html`<span class="note" title=${dateAndTime(row.since, zone)}>
            ${l10n.t('since {0}', nearTime(row.since, now, zone))}
          </span>`
    }
    ${pauseMark(row, days)}
  `;
}

function facts(row: UptimeRow, station: StationUptime | undefined, { now, time_zone: zone }: Days): unknown {
  if (!station) return html`<p class="facts note">${l10n.t('Loading the station…')}</p>`;
  const { last_seen_at: seen, observed_since: since, operator_address: address, golden_checks: checks } = station;
  return html`
    <dl class="facts">
      <div>
        <dt>${l10n.t('Last seen')}</dt>
        <dd title=${seen === null ? nothing : dateAndTime(seen, zone)}>
          ${seen === null ? l10n.t('never') : ago(seen, Date.now(), language())}
        </dd>
      </div>
      ${fact(l10n.t('Watching since'), dateAndTime(since, zone))}
      ${fact(l10n.t('Operator address'), address ?? l10n.t('none'))}
      ${checks.map((check) => goldenFact(checkAt(check, now), now))}
    </dl>
  `;
}

const goldenFact = (check: GoldenCheck, now: number): unknown =>
  fact(l10n.t('Golden unit'), html`${icon(goldenIcons[check.state.kind])} ${checkSentence(check, now)}`);

function actions(view: View, row: UptimeRow, days: Days): unknown {
  const { id } = row;
  const watched = view.watched.has(id);
  return html`
    <div class="actions">
      ${row.is_watched ? pauseActions(row, days) : nothing}
      ${button('broadcast', l10n.t('Operator address…'), () => send({ type: 'operatorAddress', station: id }))}
      <button type="button" aria-pressed=${watched} @click=${() => send({ type: 'watch', station: id })}>
        ${icon(watched ? 'bell' : 'bell-slash')} ${l10n.t('Notify me when it disconnects or reconnects')}
      </button>
    </div>
  `;
}

const button = (name: string, label: string, act: () => void): unknown =>
  html`<button type="button" @click=${act}>${icon(name)} ${label}</button>`;

function pauseActions({ id, pauses }: UptimeRow, { now }: Days): unknown {
  const pause = pauseAt(pauses, now);
  return html`
    ${button('tools', l10n.t('Mark maintenance…'), () => send({ type: 'maintenance', station: id }))}
    ${
      pause
        ? button('debug-continue', pause.kind === 'paused' ? l10n.t('Resume') : l10n.t('End maintenance'), () =>
            send({ type: 'resume', station: id }),
          )
        : button('debug-pause', l10n.t('Pause'), () => send({ type: 'pause', station: id }))
    }
  `;
}

function history(view: View, days: Days, row: UptimeRow, rows: readonly UptimeRow[], { shown, size }: Widths): unknown {
  const { date, table } = view.chosen;
  return html`
    ${figureList(l10n.t('Uptime of {0}', row.name), {
      day: row.last_24_hours,
      days: (count) => lastDaysOf(row, days, count),
    })}
    <section aria-labelledby="days">
      <div class="section-head">
        <h2 id="days">${l10n.t('The last {0} days', shown)}</h2>
        ${table ? nothing : legend()}
      </div>
      ${
        table
          ? daysTable(view, row, days, shown)
          : html`<station-grid
                large
                .rows=${[row]}
                .days=${days}
                .shown=${shown}
                .size=${size}
                .pinned=${date}
                @choose=${({ detail }: CustomEvent<{ date: string }>) => view.pin(detail.date)}
                @clear=${() => view.clear()}
                @step=${({ detail }: CustomEvent<number>) => view.step(rows, detail)}
              ></station-grid>
              <div class="axis" aria-hidden="true" .style=${`width: ${size.pitch * shown}px`}>
                <span>${shortDay(days.dates.at(-shown) ?? '')}</span><span>${l10n.t('today')}</span>
              </div>`
      }
      ${zoneNote(days.time_zone)}
    </section>
    ${date === null ? html`<p class="note">${l10n.t('Choose a day to see what happened on it.')}</p>` : dayDetail(view, row, date, days)}
  `;
}

const neverWatched = ({ id, name }: UptimeRow): unknown => html`
  <section class="explanation" aria-labelledby="why">
    <h2 id="why">${l10n.t('{0} has no history yet', name)}</h2>
    <p>
      ${l10n.t(
        'Uploaded runs do not show whether a station is connected. A station has a history once one of these programs reports its connection to the server:',
      )}
    </p>
    <ul>
      <li>${l10n.t('an OpenHTF script with the TofuPilot client: it streams to this server while it runs;')}</li>
      <li>
        ${l10n.t('an OpenHTF station server whose address is set here as the operator address: the server follows it;')}
      </li>
      <li>${l10n.t('any other program that sends heartbeats with the key of the station.')}</li>
    </ul>
    <pre>
POST /api/local/stations/${id}/heartbeat
Authorization: Bearer $TOFUPILOT_API_KEY

{"interval_s": 30}</pre>
  </section>
`;

function pauseList({ id, pauses }: StationUptime, { time_zone: zone }: Days): unknown {
  if (pauses.length === 0) return nothing;
  const latest = pauses.toSorted((a, b) => Date.parse(b.starts_at) - Date.parse(a.starts_at));
  return html`
    <section aria-labelledby="pauses">
      <h2 id="pauses">${l10n.t('Maintenance and pauses')}</h2>
      <p class="note">${l10n.t('They count neither as uptime nor as downtime.')}</p>
      <ul class="pauses">
        ${latest.map((pause) => {
          const times = pauseTimes(pause, zone);
          const label = l10n.t('Delete: {0}, {1}', instantWord(pause.kind), times);
          return html`<li>
            <span class="sample" data-instant=${pause.kind}></span>
            <span>${instantWord(pause.kind)}</span><span>${times}</span><span class="note">${pause.note}</span>
            ${iconButton('trash', label, () => send({ type: 'deletePause', station: id, pause: pause.id }))}
          </li>`;
        })}
      </ul>
    </section>
  `;
}

const pauseTimes = ({ starts_at, ends_at }: Pause, zone: string): string =>
  ends_at === null
    ? l10n.t('since {0}', dateAndTime(starts_at, zone))
    : l10n.t('{0} to {1}', dateAndTime(starts_at, zone), dateAndTime(ends_at, zone));
