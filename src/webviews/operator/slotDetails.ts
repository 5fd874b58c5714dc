import * as l10n from '@vscode/l10n';
import { html } from 'lit';
import type { LiveTest } from '../../shared/contract/liveTest.ts';
import { progressOf } from '../../shared/live/operatorTexts.ts';
import { logPart } from './logPart.ts';
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
      <summary>${l10n.t('Phases and log')} <span class="count">${l10n.t('{0} of {1}', done, all)}</span></summary>
      ${details}
    </details>
  `;
}
