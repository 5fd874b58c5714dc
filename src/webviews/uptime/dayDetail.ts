import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import type { Days, Incident, UptimeRow } from '../../shared/contract/uptime.ts';
import type { DayUptime } from '../../shared/contract/uptimeView.ts';
import { formatWholePercent } from '../../shared/format/formatPercent.ts';
import { yieldPercent } from '../../shared/statistics/yield.ts';
import { formatLargestUnits } from '../../shared/uptime/uptimeFigures.ts';
import { cssPercent, language } from '../shared/element.ts';
import { iconButton, outcomeMark } from '../shared/icons.ts';
import { link } from '../shared/pageParts.ts';
import { dayName, nearTime, timeOfDay } from './clock.ts';
import { send } from './host.ts';
import type { View } from './view.ts';
import {
  causeWord,
  dayText,
  downText,
  instantWord,
  observed,
  observedText,
  uptimeText,
  utilizationText,
} from './words.ts';

const hour = 3_600_000;

export function dayDetail(view: View, row: UptimeRow, date: string, days: Days): unknown {
  const day = view.day?.station === row.id && view.day.day.date === date ? view.day.day : undefined;
  return html`
    <section class="day" aria-labelledby="day">
      <div class="section-head">
        <h2 id="day">${dayName(date, 'long')}</h2>
        ${iconButton('close', l10n.t('Close the day (Escape)'), () => view.pin(null))}
      </div>
      ${day ? contents(day, days) : html`<p class="note loading">${l10n.t('Loading the day…')}</p>`}
    </section>
  `;
}

const contents = (day: DayUptime, days: Days): unknown => html`
  ${dayFacts(day)} ${dayStrip(day, days.time_zone)} ${incidentList(day.incidents, days)} ${runList(day, days.time_zone)}
`;

function dayFacts(day: DayUptime): unknown {
  const { durations, in_runs, runs_count } = day;
  const { passed_first, units } = day.yield;
  const firstPass = yieldPercent(passed_first, units);
  const seen = observed(durations);
  const fact = (label: string, value: string, note = ''): unknown => html`
    <div>
      <dt>${label}</dt>
      <dd>${value}</dd>
      <dd class="note">${note}</dd>
    </div>
  `;
  return html`
    <dl class="figures small">
      ${fact(l10n.t('Uptime'), uptimeText(durations), observedText(durations))}
      ${fact(l10n.t('Downtime'), seen === 0 ? '–' : downText(durations))}
      ${fact(
        l10n.t('Utilization'),
        utilizationText(in_runs, seen),
        seen === 0 ? '' : l10n.t('{0} in runs', formatLargestUnits(in_runs)),
      )}
      ${fact(
        l10n.t('First-pass yield'),
        firstPass === null ? l10n.t('no data') : formatWholePercent(firstPass, language()),
        firstPass === null ? '' : l10n.t('{0} of {1} units', passed_first, units),
      )}
      ${fact(l10n.t('Runs'), String(runs_count))}
    </dl>
    <p class="note">
      ${l10n.t('Yield of the day in {0}. Aborted runs and reference units are not counted.', day.yield_time_zone)}
    </p>
  `;
}

function dayStrip(day: DayUptime, zone: string): unknown {
  const start = Date.parse(day.starts_at);
  const end = Date.parse(day.ends_at);
  const place = (time: number): string => cssPercent((time - start) / (end - start));
  const hours = Array.from({ length: Math.ceil((end - start) / (3 * hour)) }, (_, n) => start + 3 * hour * n);
  return html`
    <div class="strip" role="img" aria-label=${dayText(day.date, day.durations)}>
      ${day.segments.map(({ state, from, to }) => {
        const begin = Date.parse(from);
        const until = Date.parse(to);
        const times = l10n.t('{0} to {1}', timeOfDay(begin, zone, true), timeOfDay(until, zone, true));
        const title = l10n.t('{0}: {1}, {2}', instantWord(state), times, formatLargestUnits(until - begin));
        const width = `max(${state === 'down' ? 3 : 1}px, ${cssPercent((until - begin) / (end - start))})`;
        return html`<span
          class="segment"
          data-instant=${state}
          title=${title}
          .style=${`left: min(${place(begin)}, 100% - 3px); width: ${width}`}
        ></span>`;
      })}
    </div>
    <div class="hours" aria-hidden="true">
      ${hours.map((time) => html`<span .style=${`left: ${place(time)}`}>${timeOfDay(time, zone)}</span>`)}
    </div>
  `;
}

function incidentList(incidents: readonly Incident[], { now, time_zone: zone }: Days): unknown {
  if (incidents.length === 0) return html`<p class="note">${l10n.t('No incidents.')}</p>`;
  return html`
    <h3>${l10n.t('Incidents')}</h3>
    <ol class="incidents">
      ${incidents.map(
        ({ from, to, down, cause }) =>
          html`<li>
            <span class="sample" data-instant="down"></span>
            <span class="times">
              ${
                to === null
                  ? l10n.t('{0}, ongoing', timesOf(from, now, zone))
                  : l10n.t('{0} to {1}', timesOf(from, Date.parse(to), zone), timeOfDay(to, zone, true))
              }
            </span>
            <span class="duration">${formatLargestUnits(down)}</span>
            <span class="cause">${causeWord(cause)}</span>
          </li>`,
      )}
    </ol>
  `;
}

const timesOf = (from: string, until: number, zone: string): string =>
  until - Date.parse(from) > 12 * hour ? nearTime(from, until, zone) : timeOfDay(from, zone, true);

function runList({ runs, runs_count: count }: DayUptime, zone: string): unknown {
  if (runs.length === 0) return html`<p class="note">${l10n.t('No runs.')}</p>`;
  return html`
    <h3>${l10n.t('Runs')}</h3>
    <ol class="runs">
      ${runs.map(
        (run) =>
          html`<li>
            ${outcomeMark(run.outcome)} ${link(run.serial_number, () => send({ type: 'openRun', run: run.id }))}
            <span class="procedure">${run.procedure}</span>
            <span class="times">${timeOfDay(run.started_at, zone, true)}</span>
            <span class="duration">${formatLargestUnits(Date.parse(run.ended_at) - Date.parse(run.started_at))}</span>
          </li>`,
      )}
    </ol>
    ${count > runs.length ? html`<p class="note">${l10n.t('The latest {0} of {1}.', runs.length, count)}</p>` : nothing}
  `;
}
