import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import type { MeasurementStatistics } from '../../shared/contract/insightView.ts';
import { controlChart, type ControlSegment } from '../../shared/statistics/controlChart.ts';
import { type ControlFinding, controlFindings } from '../../shared/statistics/controlFindings.ts';
import { defaultControlRules, westernElectricRules } from '../../shared/statistics/controlRules.ts';
import { controlChartView } from '../shared/controlChartView.ts';
import { countText } from '../shared/numbers.ts';
import { link } from '../shared/pageParts.ts';
import { send } from './host.ts';
import type { View } from './view.ts';
import { dateText, timeText } from './words.ts';

import '@vscode-elements/elements/dist/vscode-checkbox/index.js';

const shownValues = 500;
const shownFindings = 12;

type Values = MeasurementStatistics['values'];

export function controlSection(view: View, { statistics, values: all }: MeasurementStatistics): unknown {
  const values = newest(all, shownValues);
  const { isWesternElectric } = view.chosen;
  const zone = statistics.time_zone;
  const starts = values.limits_index.flatMap((limits, index) =>
    index > 0 && limits !== values.limits_index[index - 1] ? [index] : [],
  );
  const rules = isWesternElectric ? westernElectricRules : defaultControlRules;
  const segments = controlChart(values.values, { segmentStarts: starts, rules });
  const findings = controlFindings(values.values, segments);
  const nameOf = (index: number): string =>
    `${timeText(values.started_at[index] ?? 0, zone)} · ${values.serial_numbers[index] ?? ''}`;
  const openRun = (index: number): void => {
    const run = values.run_ids[index];
    if (run !== undefined) send({ type: 'openRun', run });
  };
  return html`
    <section>
      <div class="section-head">
        <h2>${l10n.t('Control chart')}</h2>
        <vscode-checkbox
          toggle
          label=${l10n.t('Western Electric rules')}
          .checked=${isWesternElectric}
          @change=${({ target }: Event & { target: HTMLInputElement }) => view.save({ isWesternElectric: target.checked })}
        ></vscode-checkbox>
      </div>
      <p class="note">
        ${l10n.t('The newest {0} values in the order of their runs. Click one to open its run.', countText(values.values.length))}
      </p>
      ${controlChartView(
        {
          values: values.values,
          segments,
          limits: segments.map(
            ({ start }) => values.limits[values.limits_index[start] ?? 0] ?? { lower: null, upper: null },
          ),
          units: statistics.units,
          segmentTexts: segments.map(({ start }) =>
            l10n.t('New limits {0}', dateText(values.started_at[start] ?? 0, zone)),
          ),
          nameOf,
          formatX: (index) => dateText(values.started_at[index] ?? 0, zone),
          label: l10n.t(
            'Control chart of {0} values; rules are broken {1} times.',
            values.values.length,
            findings.length,
          ),
          pickHint: l10n.t('Click a value to open its run. Keys: arrows choose a value, Enter opens its run.'),
        },
        openRun,
      )}
      ${segments.map((segment) => segmentNotes(segment, values, zone, segments.length > 1))}
      ${findingsList(findings, nameOf, openRun, isWesternElectric)}
    </section>
  `;
}

const newest = (values: Values, count: number): Values => ({
  ...values,
  started_at: values.started_at.slice(-count),
  values: values.values.slice(-count),
  passed: values.passed.slice(-count),
  run_ids: values.run_ids.slice(-count),
  serial_numbers: values.serial_numbers.slice(-count),
  limits_index: values.limits_index.slice(-count),
});

function segmentNotes(
  { start, limits, isAutocorrelated }: ControlSegment,
  values: Values,
  zone: string,
  isOneOfMany: boolean,
): unknown {
  const since = isOneOfMany ? `${dateText(values.started_at[start] ?? 0, zone)}: ` : '';
  const reason =
    limits.kind === 'tooFew'
      ? l10n.t('There are no control limits: {0} of the {1} values that are needed.', limits.count, limits.needed)
      : limits.kind === 'noVariation'
        ? l10n.t('There are no control limits: the first values are all equal.')
        : isAutocorrelated
          ? l10n.t('Each value resembles the one before, so that the control limits are narrower than they should be.')
          : '';
  return reason === '' ? nothing : html`<p class="note">${since}${reason}</p>`;
}

function findingsList(
  findings: readonly ControlFinding[],
  nameOf: (index: number) => string,
  openRun: (index: number) => void,
  isWesternElectric: boolean,
): unknown {
  if (findings.length === 0) {
    return html`<p class="note">
      ${isWesternElectric ? l10n.t('No value breaks the Western Electric rules.') : l10n.t('No value is beyond the control limits, and there are no nine in a row on one side of the center line.')}
    </p>`;
  }
  const shown = findings.slice(-shownFindings).reverse();
  return html`
    <h3>${l10n.t('Broken rules, newest first')}</h3>
    <ul class="findings">
      ${shown.map(
        (finding) => html`<li>${link(nameOf(finding.last), () => openRun(finding.last))} ${findingText(finding)}</li>`,
      )}
    </ul>
    ${findings.length > shown.length ? html`<p class="note">${l10n.t('And {0} older ones', findings.length - shown.length)}</p>` : nothing}
  `;
}

function findingText({ rule, side, first, last }: ControlFinding): string {
  const isAbove = side === 'above';
  const count = last - first + 1;
  switch (rule) {
    case 1:
      if (count === 1)
        return isAbove ? l10n.t('above the upper control limit') : l10n.t('below the lower control limit');
      return isAbove
        ? l10n.t('{0} in a row above the upper control limit', count)
        : l10n.t('{0} in a row below the lower control limit', count);
    case 5:
      return isAbove
        ? l10n.t('two of three in a row more than two sigmas above the center line')
        : l10n.t('two of three in a row more than two sigmas below the center line');
    case 6:
      return isAbove
        ? l10n.t('four of five in a row more than one sigma above the center line')
        : l10n.t('four of five in a row more than one sigma below the center line');
    default:
      return isAbove
        ? l10n.t('{0} in a row above the center line', count)
        : l10n.t('{0} in a row below the center line', count);
  }
}
