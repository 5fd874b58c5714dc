import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import { guard } from 'lit/directives/guard.js';
import type { MeasurementGroup } from '../../shared/contract/analytics.ts';
import type { MeasurementStatistics } from '../../shared/contract/insightView.ts';
import { countText, figure } from '../shared/numbers.ts';
import { fact, figuresTable, link } from '../shared/pageParts.ts';
import { capabilityCell, capabilitySentences } from './capabilityWords.ts';
import { controlSection } from './controlSection.ts';
import { histogramSection } from './histogramSection.ts';
import { send } from './host.ts';
import { emptyPage, tools } from './pageParts.ts';
import { trendChart } from './trendChart.ts';
import type { View } from './view.ts';
import { groupName, intervalText, limitsWords, ofText, rangeText, splitName, splitTitle } from './words.ts';

export function measurementPage(view: View, page: MeasurementStatistics): unknown {
  const { statistics } = page;
  const { procedure, phase_name, measurement_name, from, to, time_zone: zone } = statistics;
  return html`
    <header class="title-bar">
      <h1>${measurement_name}</h1>
      <span class="note">
        ${l10n.t('in phase {0} of', phase_name)}
        ${link(procedure.name, () => send({ type: 'openProcedure', days: view.chosen.days }))}
        ${from === null || to === null ? nothing : rangeText(from, to, zone)}
      </span>
      ${link(l10n.t('New Gauge Study'), () => send({ type: 'newGaugeStudy' }))} ${tools(view, page)}
    </header>
    ${
      statistics.segments.length === 0 && page.groups.length === 0
        ? emptyPage(
            view,
            (days) => l10n.t('No run of the last {0} days has this measurement.', days),
            l10n.t(
              'No run has this measurement yet. Run a script that records it, on a station that is linked to the procedure.',
            ),
          )
        : html`<main>${onlyGroup(view, page)} ${sections(view, page)} ${groupsTable(view, page)}</main>`
    }
  `;
}

function onlyGroup(view: View, { groups }: MeasurementStatistics): unknown {
  const { group, split_by } = view.chosen;
  if (group === null) return nothing;
  const found = groups.find(({ id }) => id === group);
  return html`
    <p class="only">
      ${l10n.t('Only {0}', found ? groupName(found, split_by) : group)}
      ${link(l10n.t('Show all'), () => view.ask({ group: null }))}
    </p>
  `;
}

function sections(view: View, page: MeasurementStatistics): unknown {
  const { statistics, values } = page;
  const current = statistics.segments.at(-1);
  if (current === undefined) return html`<p>${l10n.t('It has no values here in this time.')}</p>`;
  const { count, failed, mean, sigma, minimum, maximum, lower, upper } = current;
  const { units } = statistics;
  const isNumeric = mean !== null;
  return html`
    <section>
      ${isNumeric ? capabilitySentences(current.capability) : html`<p>${l10n.t('The values are not numbers, so that only failures are counted.')}</p>`}
      <dl class="facts">
        ${fact(l10n.t('Limits'), limitsWords(lower, upper, units))}
        ${fact(l10n.t('Failed'), count === 0 ? l10n.t('None of 0') : `${ofText(failed, count)}, ${intervalText(failed, count)}`)}
        ${
          isNumeric
            ? html`
                ${fact(l10n.t('Mean'), figure(mean, units))}
                ${fact(l10n.t('Sigma'), sigma === null ? l10n.t('Needs two values') : figure(sigma, units))}
                ${minimum === null || maximum === null ? nothing : fact(l10n.t('Range'), l10n.t('{0} to {1}', figure(minimum), figure(maximum, units)))}
              `
            : nothing
        }
      </dl>
    </section>
    ${segmentsTable(statistics)}
    ${isNumeric ? guard([page], () => html`<div class="columns">${histogramSection(page)} ${trendSection(page)}</div>`) : nothing}
    ${values.values.length > 0 ? guard([page, view.chosen.isWesternElectric], () => controlSection(view, page)) : nothing}
  `;
}

const trendSection = ({ statistics }: MeasurementStatistics): unknown => html`
  <section>
    <h2>${l10n.t('Trend by day')}</h2>
    ${trendChart(statistics)}
  </section>
`;

function groupsTable(view: View, { groups, statistics }: MeasurementStatistics): unknown {
  const { split_by, group } = view.chosen;
  const title = splitTitle(split_by);
  const names = [splitName(split_by), 'n', l10n.t('Failed'), l10n.t('Mean'), l10n.t('Sigma')];
  names.push(l10n.t('Minimum'), l10n.t('Maximum'), 'Ppk');
  return html`
    <section>
      <h2>${title}</h2>
      <p class="note">${l10n.t('With the current limits. Click a name to see it alone.')}</p>
      ${figuresTable(
        title,
        names,
        groups.map((each) => groupRow(view, each, group, statistics.units)),
        groups.findIndex(({ id }) => id !== null && id === group),
      )}
    </section>
  `;
}

function groupRow(
  view: View,
  each: MeasurementGroup,
  chosen: string | null,
  units: string | null,
): [name: unknown, ...cells: unknown[]] {
  const { id, count, failed, mean, sigma, minimum, maximum, capability } = each;
  const name = groupName(each, view.chosen.split_by);
  const number = (value: number | null): unknown => (value === null ? nothing : figure(value, units));
  return [
    id === null ? name : link(name, () => view.ask({ group: id === chosen ? null : id })),
    countText(count),
    count === 0 ? countText(failed) : ofText(failed, count),
    number(mean),
    mean !== null && sigma === null ? html`<span class="note">${l10n.t('Needs two values')}</span>` : number(sigma),
    number(minimum),
    number(maximum),
    capabilityCell(capability, mean !== null),
  ];
}

function segmentsTable({ segments, time_zone: zone }: MeasurementStatistics['statistics']): unknown {
  if (segments.length < 2) return nothing;
  const title = l10n.t('Changes of limits');
  const names = [l10n.t('Time'), l10n.t('Limits'), 'n', l10n.t('Failed'), l10n.t('Mean'), l10n.t('Sigma'), 'Ppk'];
  return html`
    <section>
      <h2>${title}</h2>
      <p>${l10n.t('Different limits were used. The values with the same limits are shown together.')}</p>
      ${figuresTable(
        title,
        names,
        segments.map(({ from, to, lower, upper, units, count, failed, mean, sigma, capability }) => [
          rangeText(from, to, zone),
          limitsWords(lower, upper, units),
          countText(count),
          count === 0 ? countText(failed) : ofText(failed, count),
          mean === null ? nothing : figure(mean, units),
          sigma === null ? nothing : figure(sigma, units),
          capabilityCell(capability, mean !== null),
        ]),
      )}
    </section>
  `;
}
