import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import type { LiveTest } from '../../shared/contract/liveTest.ts';
import { progressOf } from '../../shared/live/operatorTexts.ts';
import { language } from '../shared/element.ts';
import type { SlotViewState } from './operatorHost.ts';
import { phaseList } from './phaseList.ts';
import type { SlotPlace } from './words.ts';

export function slotDetails(
  test: LiveTest,
  now: number,
  place: SlotPlace,
  { logOpen, detailsOpen }: SlotViewState,
  save: (change: Partial<SlotViewState>) => void,
): unknown {
  const details = html`${phaseList(test, now, place)} ${logPart(test, logOpen, (open) => save({ logOpen: open }))}`;
  if (!place.isOneOfSeveral) return details;
  const { done, all } = progressOf(test);
  return html`
    <details
      class="slot-details"
      ?open=${detailsOpen}
      @toggle=${({ target }: Event & { target: HTMLDetailsElement }) => save({ detailsOpen: target.open })}
    >
      <summary>
        <span class="words">${l10n.t('Phases and log')}</span>
        <span class="count">${l10n.t('{0} of {1}', done, all)}</span>
      </summary>
      ${details}
    </details>
  `;
}

function logPart({ logs, logs_left_out: left }: LiveTest, isOpen: boolean, onToggle: (open: boolean) => void): unknown {
  return html`
    <details
      class="log"
      ?open=${isOpen}
      @toggle=${({ target }: Event & { target: HTMLDetailsElement }) => onToggle(target.open)}
    >
      <summary>${l10n.t('Log')} <span class="count">${left + logs.length}</span></summary>
      ${left > 0 ? html`<p class="note">${l10n.t('{0} earlier lines are in the report.', left)}</p>` : nothing}
      <ol class="log-lines" tabindex="0" aria-label=${l10n.t('Log')}>
        ${logs.map(
          ({ time, level, message }) => html`
            <li data-level=${level}>
              <time>${new Date(time).toLocaleTimeString(language(), { hourCycle: 'h23' })}</time>
              <span class="level">${level}</span><span class="message">${message}</span>
            </li>
          `,
        )}
      </ol>
    </details>
  `;
}
