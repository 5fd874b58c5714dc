import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import type { LiveState } from '../../shared/contract/operator.ts';
import { icon } from '../shared/icons.ts';
import { verdictShapes, verdictWord } from './verdict.ts';

interface Shown {
  readonly state: 'free' | 'runs' | 'asks' | 'ended';
  readonly sign: string;
  readonly words: string;
}

/** Renders the state of each slot as a button that leads to it, for pages on which not all slots are in sight. */
export function slotStrip(
  count: number,
  states: ReadonlyMap<number, LiveState>,
  show: (slot: number) => void,
): unknown {
  return html`
    <nav class="slot-strip" aria-label=${l10n.t('Slots')}>
      ${Array.from({ length: count }, (_, index) => index + 1).map((slot) => {
        const test = states.get(slot)?.test ?? null;
        const { state, sign, words } = shownOf(test);
        const name = l10n.t('Slot {0}: {1}', slot, words);
        return html`<button
          type="button"
          class="slot-chip"
          data-state=${state}
          data-outcome=${state === 'ended' ? (test?.outcome ?? 'NONE') : nothing}
          aria-label=${name}
          title=${name}
          @click=${() => show(slot)}
        >
          ${slot} ${icon(sign)}
        </button>`;
      })}
    </nav>
  `;
}

function shownOf(test: LiveState['test']): Shown {
  if (test === null) return { state: 'free', sign: 'circle-large-outline', words: l10n.t('free') };
  if (test.status === 'completed') {
    const { outcome } = test;
    return outcome === null
      ? { state: 'ended', sign: 'question', words: l10n.t('No result') }
      : { state: 'ended', sign: verdictShapes[outcome], words: verdictWord(outcome) };
  }
  if (test.prompt !== null) return { state: 'asks', sign: 'comment-discussion', words: l10n.t('asks') };
  return { state: 'runs', sign: 'play-circle', words: l10n.t('running') };
}
