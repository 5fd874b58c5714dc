import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import type { Days, Incident, UptimeRow } from '../../shared/contract/uptime.ts';
import type { DayUptime } from '../../shared/contract/uptimeView.ts';
import { yieldPercent } from '../../shared/statistics/yield.ts';
import { percent } from '../../shared/uptime/percent.ts';
import { formatLargestUnits } from '../../shared/uptime/uptimeFigures.ts';
import { icon, outcomeMark } from '../shared/outcome.ts';
import { dayName, nearTime, timeOfDay } from './clock.ts';
import { dayStrip } from './dayStrip.ts';
import { send } from './host.ts';
import type { View } from './view.ts';
import { causeWord, downText, observed, observedText, uptimeText } from './words.ts';

export function dayDetail(view: View, row: UptimeRow, date: string, days: Days): unknown {
  const day = view.day?.station === row.id && view.day.day.date === date ? view.day.day : undefined;
  return html`
    <section class="day" aria-labelledby="day">
      <div class="section-head">
        <h2 id="day">${dayName(date, 'long')}</h2>
        <button
          type="button"
          class="icon"
          title=${l10n.t('Close the day (Escape)')}
          aria-label=${l10n.t('Close the day (Escape)')}
          @click=${() => view.pin(null)}
        >
          ${icon('close')}
        </button>
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
        seen === 0 ? '–' : `${Math.min(100, percent(in_runs, seen))} %`,
        seen === 0 ? '' : l10n.t('{0} in runs', formatLargestUnits(in_runs)),
      )}
      ${fact(
        l10n.t('First-pass yield'),
        firstPass === null ? l10n.t('no data') : `${firstPass} %`,
        firstPass === null ? '' : l10n.t('{0} of {1} units', passed_first, units),
      )}
      ${fact(l10n.t('Runs'), String(runs_count))}
    </dl>
    <p class="note">
      ${l10n.t('Yield of the day in {0}. Aborted runs and reference units are not counted.', day.yield_time_zone)}
    </p>
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
  until - Date.parse(from) > 12 * 3_600_000 ? nearTime(from, until, zone) : timeOfDay(from, zone, true);

function runList({ runs, runs_count: count }: DayUptime, zone: string): unknown {
  if (runs.length === 0) return html`<p class="note">${l10n.t('No runs.')}</p>`;
  return html`
    <h3>${l10n.t('Runs')}</h3>
    <ol class="runs">
      ${runs.map(
        (run) =>
          html`<li>
            ${outcomeMark(run.outcome)}
            <button type="button" class="link" @click=${() => send({ type: 'openRun', run: run.id })}>
              ${run.serial_number}
            </button>
            <span class="procedure">${run.procedure}</span>
            <span class="times">${timeOfDay(run.started_at, zone, true)}</span>
            <span class="duration">${formatLargestUnits(Date.parse(run.ended_at) - Date.parse(run.started_at))}</span>
          </li>`,
      )}
    </ol>
    ${count > runs.length ? html`<p class="note">${l10n.t('The latest {0} of {1}.', runs.length, count)}</p>` : nothing}
  `;
}
