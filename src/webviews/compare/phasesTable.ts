import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import type { ReportPhase } from '../../shared/contract/report.ts';
import type { ComparedPhase } from '../../shared/run/runComparison.ts';
import { formatIsoDuration, formatMillis } from '../../shared/run/timeline.ts';
import { outcomeMark } from '../shared/icons.ts';

export function phasesTable(phases: readonly ComparedPhase[], onlyDifferences: boolean): unknown {
  if (phases.length === 0) {
    return html`<p class="note">
      ${onlyDifferences ? l10n.t('The phases do not differ in their outcomes.') : l10n.t('Neither run has phases.')}
    </p>`;
  }
  return html`
    <div class="scroller" tabindex="0" role="region" aria-label=${l10n.t('Phases of both runs')}>
      <table>
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
      </table>
    </div>
  `;
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

export function differenceText(difference: ComparedPhase['differences'][number]): string {
  switch (difference) {
    case 'only_left':
      return l10n.t('only in the older run');
    case 'only_right':
      return l10n.t('only in the newer run');
    case 'outcome':
      return l10n.t('outcome changed');
    case 'limits':
      return l10n.t('limits changed');
    case 'units':
      return l10n.t('unit changed');
    case 'value':
      return l10n.t('value changed');
  }
}
