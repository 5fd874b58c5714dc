import * as l10n from '@vscode/l10n';
import { html } from 'lit';
import type { LivePrompt } from '../../shared/contract/liveTest.ts';
import type { LiveState } from '../../shared/contract/operator.ts';
import type { PromptImage } from '../../shared/contract/promptView.ts';
import { isRasterDataUrl } from '../../shared/format/images.ts';
import type { AnswerEvent } from '../shared/promptForm.ts';
import type { SlotViewState } from './operatorHost.ts';
import { idIn, reason, type SlotPlace } from './words.ts';

import '../shared/promptForm.ts';

type Draft = SlotViewState['draft'];

interface PromptOptions {
  readonly now: number;
  readonly draft: Draft;
  readonly locked: string | undefined;
  readonly onAnswer: (id: string, text: string) => void;
  readonly onDraft: (draft: Draft) => void;
}

export function slotPrompt(prompt: LivePrompt, place: SlotPlace, options: PromptOptions): unknown {
  const { now, draft, locked, onAnswer, onDraft } = options;
  return html`<prompt-form
    .prompt=${prompt}
    .image=${imageOf(prompt)}
    .now=${now}
    .idSuffix=${idIn('', place)}
    .heading=${place.isOneOfSeveral ? idIn('slot', place) : ''}
    .draft=${draft.prompt === prompt.id ? draft.text : ''}
    .locked=${locked}
    @answer=${({ detail: { id, text } }: AnswerEvent) => onAnswer(id, text)}
    @draft=${({ detail }: CustomEvent<string>) => onDraft({ prompt: prompt.id, text: detail })}
  ></prompt-form>`;
}

interface Access {
  readonly isSent: boolean;
  readonly mayAct: boolean;
  readonly inEditor: boolean;
  readonly isLive: boolean;
}

export function lockedAnswer(
  { answered, actions }: LiveState,
  { isSent, mayAct, inEditor, isLive }: Access,
): string | undefined {
  if (answered !== null) return l10n.t('Answered by {0}. The test is receiving the answer.', answered.by);
  if (isSent) return l10n.t('Sending the answer…');
  if (!mayAct) {
    return inEditor
      ? l10n.t('The prompt is answered elsewhere.')
      : l10n.t('To answer, sign in with a key of this station.');
  }
  if (!isLive) return l10n.t('Reconnecting. You can answer when the connection is back.');
  return actions.answer === null ? undefined : reason(actions.answer);
}

function imageOf({ image_url: address }: LivePrompt): PromptImage | undefined {
  if (address === null) return undefined;
  return { kind: isRasterDataUrl(address) ? 'shown' : 'address', address };
}
