import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import type { PastUnit } from '../../shared/analytics/pastUnits.ts';
import { language } from '../shared/element.ts';
import { outcomeMark } from '../shared/icons.ts';
import { countText } from '../shared/numbers.ts';
import { link } from '../shared/pageParts.ts';
import { send } from './host.ts';

const mostUnits = 200;

export function changedUnits(
  { toFail, toPass }: { readonly toFail: readonly PastUnit[]; readonly toPass: readonly PastUnit[] },
  units: string | null,
): unknown {
  if (toFail.length + toPass.length === 0) return nothing;
  return html`
    <section>
      <h2>${l10n.t('Units that would change their verdict')}</h2>
      <div class="scroll" tabindex="0" role="region" aria-label=${l10n.t('Units that would change their verdict')}>
        <table>
          <thead>
            <tr>
              <th scope="col">${l10n.t('Serial number')}</th>
              <th scope="col">${l10n.t('Verdict')}</th>
              <th scope="col" class="number">${units === null ? l10n.t('Value') : l10n.t('Value ({0})', units)}</th>
              <th scope="col">${l10n.t('Started')}</th>
            </tr>
          </thead>
          <tbody>
            ${rows(toFail, 'PASS', 'FAIL')} ${rows(toPass, 'FAIL', 'PASS')}
          </tbody>
        </table>
      </div>
      ${[toFail.length, toPass.length].some((count) => count > mostUnits) ? html`<p class="note">${l10n.t('The newest {0} of each kind are listed.', countText(mostUnits))}</p>` : nothing}
    </section>
  `;
}

function rows(units: readonly PastUnit[], before: 'PASS' | 'FAIL', after: 'PASS' | 'FAIL'): unknown {
  const time = new Intl.DateTimeFormat(language(), { dateStyle: 'medium', timeStyle: 'short' });
  return units.slice(0, mostUnits).map(
    ({ serialNumber, value, runId, startedAt }) => html`
      <tr>
        <th scope="row">${link(serialNumber, () => send({ type: 'openRun', run: runId }))}</th>
        <td class="verdict">${outcomeMark(before)} → ${outcomeMark(after)}</td>
        <td class="number">${value}</td>
        <td>${time.format(startedAt)}</td>
      </tr>
    `,
  );
}
