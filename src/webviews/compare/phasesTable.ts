import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import type { ReportPhase } from '../../shared/contract/report.ts';
import type { ComparedPhase } from '../../shared/run/runComparison.ts';
import { formatIsoDuration, formatMillis } from '../../shared/run/timeline.ts';
import { outcomeMark } from '../shared/icons.ts';
import { scroller } from '../shared/pageParts.ts';

export function phasesTable(phases: readonly ComparedPhase[], onlyDifferences: boolean): unknown {
  if (phases.length === 0) {
    return html`<p class="note">
      ${onlyDifferences ? l10n.t('The phases do not differ in their outcomes.') : l10n.t('Neither run has phases.')}
    </p>`;
  }
  return scroller(
    l10n.t('Phases of both runs'),
    html`<table>
      <thead>
        <tr>
          <th scope="col">${l10n.t('Phase')}</th>
          <th scope="col">${l10n.t('Older run')}</th>
          <th scope="col">${l10n.t('Newer run')}</th>
          <th scope="col" class="number">${l10n.t('Difference')}</th>
          <th scope="col">${l10n.t('Changes')}</th>
        </tr>
      </thead>
      <tbody>
        ${phases.map(row)}
      </tbody>
    </table>`,
  );
}

const row = ({ name, left, right, durationDifference, differences }: ComparedPhase): unknown => html`
  <tr class=${differences.length > 0 ? 'different' : ''}>
    <th scope="row">${name}</th>
    <td>${side(left)}</td>
    <td>${side(right)}</td>
    <td class="number">${durationDifference === null ? nothing : signedMillis(durationDifference)}</td>
    <td>${differences.map((difference) => html`<span class="changed">${differenceText(difference)}</span> `)}</td>
  </tr>
`;

const side = (phase: ReportPhase | null): unknown =>
  phase === null
    ? html`<span class="note">${l10n.t('no such phase')}</span>`
    : html`${outcomeMark(phase.outcome)} <span class="note">${formatIsoDuration(phase.duration)}</span>`;

const signedMillis = (millis: number): string =>
  millis === 0 ? formatMillis(0) : `${millis < 0 ? '−' : '+'}${formatMillis(Math.abs(millis))}`;

export const differenceText = (difference: ComparedPhase['differences'][number]): string =>
  ({
    only_left: l10n.t('only in the older run'),
    only_right: l10n.t('only in the newer run'),
    outcome: l10n.t('outcome changed'),
    limits: l10n.t('limits changed'),
    units: l10n.t('unit changed'),
    value: l10n.t('value changed'),
  })[difference];
