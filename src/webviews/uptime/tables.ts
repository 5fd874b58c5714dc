import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import type { Days, Durations, ShiftUptime, UptimeRow } from '../../shared/contract/uptime.ts';
import { dayOf } from '../../shared/uptime/uptime.ts';
import { formatLargestUnits } from '../../shared/uptime/uptimeFigures.ts';
import { figuresTable, link, scroller, tableHead } from '../shared/pageParts.ts';
import { dateAndTime, dayName, shortTime } from './clock.ts';
import { pauseMark, stateMark } from './marks.ts';
import { lastDaysOf } from './rowSums.ts';
import type { View } from './view.ts';
import { coverageText, observed, uptimeText, utilizationText } from './words.ts';

const time = (millis: number): string => (millis === 0 ? '–' : formatLargestUnits(millis));

const percentOf = (durations: Durations): string => (observed(durations) === 0 ? '–' : uptimeText(durations));

export function stationsTable(view: View, rows: readonly UptimeRow[], days: Days): unknown {
  const names = [l10n.t('Station'), l10n.t('State'), l10n.t('Since'), l10n.t('24 hours')];
  names.push(...[7, 30, 90].map((count) => l10n.t('{0} days', count)));
  names.push(l10n.t('Observed in 90 days'), l10n.t('Down in 90 days'), l10n.t('Incidents'));
  const tableRow = (row: UptimeRow): unknown => {
    const all = lastDaysOf(row, days, 90);
    return html`<tr>
      <th scope="row">${link(row.name, () => view.open(row.id, null))}</th>
      <td>${stateMark(row.state)} ${pauseMark(row, days)}</td>
      <td title=${row.since === null ? nothing : dateAndTime(row.since, days.time_zone)}>
        ${row.since === null ? '–' : shortTime(row.since, days.now, days.time_zone)}
      </td>
      <td>${percentOf(row.last_24_hours)}</td>
      ${[7, 30, 90].map((count) => html`<td>${percentOf(lastDaysOf(row, days, count))}</td>`)}
      <td>${coverageText(all)}</td>
      <td>${time(all.down)}</td>
      <td>${all.incidents}</td>
    </tr>`;
  };
  return captionedTable(l10n.t('Uptime of all stations'), names, rows.map(tableRow));
}

export function daysTable(view: View, row: UptimeRow, days: Days, shown: number): unknown {
  const names = [l10n.t('Day'), l10n.t('Uptime'), l10n.t('Observed'), l10n.t('Coverage'), l10n.t('Down')];
  names.push(l10n.t('Incidents'), l10n.t('Maintenance'), l10n.t('Paused'), l10n.t('Not observed'));
  const last = days.dates.map((date, day): [string, Durations] => [date, dayOf(row.columns, days, day)]).slice(-shown);
  const tableRow = ([date, day]: [string, Durations]): unknown =>
    html`<tr aria-current=${date === view.chosen.date ? 'true' : nothing}>
      <th scope="row">${link(dayName(date), () => view.pin(date))}</th>
      <td>${percentOf(day)}</td>
      <td>${time(observed(day))}</td>
      <td>${coverageText(day)}</td>
      <td>${time(day.down)}</td>
      <td>${day.incidents}</td>
      <td>${time(day.maintenance)}</td>
      <td>${time(day.paused)}</td>
      <td>${time(day.unknown)}</td>
    </tr>`;
  return captionedTable(l10n.t('Uptime of {0} by day', row.name), names, last.reverse().map(tableRow));
}

const captionedTable = (title: string, names: readonly string[], rows: readonly unknown[]): unknown =>
  scroller(
    title,
    html`<table>
      <caption>
        ${title}
      </caption>
      ${tableHead(names)}
      <tbody>
        ${rows}
      </tbody>
    </table>`,
  );

export function shiftsTable(shifts: readonly ShiftUptime[], dayCount: number): unknown {
  // The first columns are those that a narrow panel shows.
  const names = [l10n.t('Shift'), l10n.t('Uptime'), l10n.t('Utilization'), l10n.t('Planned'), l10n.t('In runs')];
  names.push(l10n.t('Down'), l10n.t('Incidents'), l10n.t('Coverage'));
  const title = l10n.t('By shift, last {0} days', dayCount);
  return html`
    <section>
      <h2>${title}</h2>
      ${figuresTable(
        title,
        names,
        shifts.map(({ name, planned, durations, in_runs }) => [
          name,
          percentOf(durations),
          utilizationText(in_runs, planned),
          time(planned),
          time(in_runs),
          time(durations.down),
          durations.incidents,
          coverageText(durations),
        ]),
      )}
      <p class="note">${l10n.t('Utilization is the share of the planned time that was spent in runs.')}</p>
    </section>
  `;
}
