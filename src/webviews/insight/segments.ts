import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import type { MeasurementStatistics } from '../../shared/contract/insightView.ts';
import { countText, figure } from '../shared/numbers.ts';
import { capabilityCell } from './capabilityWords.ts';
import { scroller, tableHead } from './pageParts.ts';
import { limitsWords, ofText, rangeText } from './words.ts';

/** The figures of the values with the same limits, if the limits changed. */
export function segmentsTable({ segments, time_zone: zone }: MeasurementStatistics['statistics']): unknown {
  if (segments.length < 2) return nothing;
  const title = l10n.t('Changes of limits');
  const names = [l10n.t('Time'), l10n.t('Limits'), 'n', l10n.t('Failed'), l10n.t('Mean'), l10n.t('Sigma'), 'Ppk'];
  return html`
    <section>
      <h2>${title}</h2>
      <p>${l10n.t('Different limits were used. The values with the same limits are shown together.')}</p>
      ${scroller(
        title,
        html`<table class="numbers">
          ${tableHead(names)}
          <tbody>
            ${segments.map(
              ({ from, to, lower, upper, units, count, failed, mean, sigma, capability }) =>
                html`<tr>
                  <th scope="row">${rangeText(from, to, zone)}</th>
                  <td>${limitsWords(lower, upper, units)}</td>
                  <td>${countText(count)}</td>
                  <td>${count === 0 ? countText(failed) : ofText(failed, count)}</td>
                  <td>${mean === null ? nothing : figure(mean, units)}</td>
                  <td>${sigma === null ? nothing : figure(sigma, units)}</td>
                  <td>${capabilityCell(capability, mean !== null)}</td>
                </tr>`,
            )}
          </tbody>
        </table>`,
      )}
    </section>
  `;
}
