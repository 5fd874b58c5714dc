import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import { guard } from 'lit/directives/guard.js';
import type { ProcedureStatistics } from '../../shared/contract/insightView.ts';
import { countText, shareText } from '../shared/numbers.ts';
import { fact, figuresTable } from '../shared/pageParts.ts';
import { failureList } from './failureList.ts';
import { measurementsTable } from './measurementsTable.ts';
import { emptyPage, tools } from './pageParts.ts';
import { durationsChart, runsChart, yieldChart } from './procedureCharts.ts';
import { routesSection } from './routesSection.ts';
import type { View } from './view.ts';
import { durationText, groupName, intervalText, ofText, rangeText, splitName, splitTitle } from './words.ts';

type Statistics = ProcedureStatistics['statistics'];

export function procedurePage(view: View, page: ProcedureStatistics): unknown {
  const { statistics, measurements } = page;
  const { procedure, runs, from, to, time_zone: zone } = statistics;
  return html`
    <header class="title-bar">
      <h1>${procedure.name}</h1>
      <span class="note">
        ${from === null || to === null ? nothing : l10n.t('{0} runs, {1}', countText(runs), rangeText(from, to, zone))}
      </span>
      ${tools(view, page)}
    </header>
    ${
      runs === 0
        ? emptyPage(
            view,
            (days) => l10n.t('This procedure has no runs in the last {0} days.', days),
            l10n.t('This procedure has no runs yet. Run its script on a station that is linked to it.'),
          )
        : html`
            <main>
              ${figures(statistics)} ${guard([statistics], () => charts(statistics))}
              <div class="columns">${failureList(view, page)} ${groupsTable(view, statistics)}</div>
              ${measurementsTable(view, measurements)} ${routesSection(page)}
              <p class="note zone">
                ${l10n.t('Days begin at midnight in {0}. Reference units are not counted.', zone)}
              </p>
            </main>
          `
    }
  `;
}

function figures({ yield: counts, retests, durations }: Statistics): unknown {
  const { units, passed_first, passed_second, passed_third, passed_last } = counts;
  return html`
    <section aria-label=${l10n.t('Yield')}>
      ${
        units === 0
          ? html`<p>${l10n.t('There is no yield: all runs were aborted or skipped, or are of reference units.')}</p>`
          : html`
              <dl class="figures">
                ${yieldFigure(l10n.t('First-pass yield'), passed_first, units)}
                ${yieldFigure(l10n.t('By the second attempt'), passed_second, units)}
                ${yieldFigure(l10n.t('By the third attempt'), passed_third, units)}
                ${yieldFigure(l10n.t('Last-pass yield'), passed_last, units)}
              </dl>
            `
      }
      <dl class="facts">
        ${fact(l10n.t('Units'), l10n.t('{0}, each counted once a day', countText(units)))}
        ${fact(l10n.t('Retests'), retestText(retests))}
        ${fact(l10n.t('Duration of passed runs'), durationsText(durations))}
      </dl>
    </section>
  `;
}

const yieldFigure = (name: string, passed: number, units: number): unknown => html`
  <div>
    <dt>${name}</dt>
    <dd class="value">${shareText(passed / units)}</dd>
    <dd class="note">${l10n.t('{0} of {1}', countText(passed), countText(units))}</dd>
    <dd class="note">${intervalText(passed, units)}</dd>
  </div>
`;

function retestText({ unit_days, retested, failed_first, recovered }: Statistics['retests']): string {
  if (unit_days === 0) return l10n.t('No unit was tested.');
  const retests = l10n.t('{0} were tested again the same day.', ofText(retested, unit_days));
  return failed_first === 0
    ? retests
    : `${retests} ${l10n.t('Of the {0} that failed first, {1} passed later.', countText(failed_first), countText(recovered))}`;
}

function durationsText({ count, p50_ms, p90_ms, p95_ms }: Statistics['durations']): string {
  if (p50_ms === null || p90_ms === null || p95_ms === null) return l10n.t('No run passed.');
  return l10n.t(
    'Half take up to {0}, 90% up to {1}, 95% up to {2} (n = {3}).',
    durationText(p50_ms),
    durationText(p90_ms),
    durationText(p95_ms),
    countText(count),
  );
}

const charts = ({ days }: Statistics): unknown => html`
  <section>
    <h2>${l10n.t('Yield by day')}</h2>
    ${yieldChart(days)}
  </section>
  <div class="columns">
    <section>
      <h2>${l10n.t('Runs by day')}</h2>
      ${runsChart(days)}
    </section>
    <section>
      <h2>${l10n.t('Duration of passed runs by day')}</h2>
      ${durationsChart(days)}
    </section>
  </div>
`;

function groupsTable(view: View, { groups }: Statistics): unknown {
  const { split_by } = view.chosen;
  const title = splitTitle(split_by);
  const names = [splitName(split_by), l10n.t('Runs'), l10n.t('Units'), l10n.t('First-pass yield')];
  names.push(l10n.t('Last-pass yield'), l10n.t('Median duration'), l10n.t('95% up to'));
  return html`
    <section>
      <h2>${title}</h2>
      ${figuresTable(
        title,
        names,
        groups.map(({ yield: counts, durations, runs, ...group }) => {
          const { units, passed_first, passed_last } = counts;
          const none = (text: string): unknown => html`<span class="note">${text}</span>`;
          const share = (passed: number): unknown =>
            units === 0
              ? none(l10n.t('No units'))
              : html`<span title=${intervalText(passed, units)}>${shareText(passed / units)}</span>`;
          const duration = (ms: number | null): unknown =>
            ms === null ? none(l10n.t('No run passed')) : durationText(ms);
          return [
            groupName(group, split_by),
            countText(runs),
            countText(units),
            share(passed_first),
            share(passed_last),
            duration(durations.p50_ms),
            duration(durations.p95_ms),
          ];
        }),
      )}
    </section>
  `;
}
