import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import type { LiveState } from '../../shared/contract/operator.ts';
import type { FromOperator, ToOperator } from '../../shared/contract/operatorView.ts';
import { formatWholePercent } from '../../shared/format/formatPercent.ts';
import { icon } from '../shared/icons.ts';
import { sourceWords } from './words.ts';

interface Actions {
  readonly larger: () => void;
  readonly send: (message: FromOperator) => void;
  /** The tests of all slots that wait for an answer. Undefined when there is one slot. */
  readonly questions: { readonly count: number; readonly show: () => void } | undefined;
  /** The states of the slots, or nothing. */
  readonly strip: unknown;
}

type Connection = Extract<ToOperator, { type: 'connection' }>;

export function titleBar(
  { station_name, source }: LiveState,
  connection: Connection,
  mayAct: boolean,
  inEditor: boolean,
  scale: number,
  { larger, send, questions, strip }: Actions,
): unknown {
  const tool = (sign: string, label: string, act: () => void): unknown => html`
    <button type="button" class="tool" @click=${act}>${icon(sign)} <span>${label}</span></button>
  `;
  return html`
    <header class="title-bar">
      <h1>${icon('circuit-board')} <span>${station_name}</span></h1>
      <span class="live" data-live=${connection.state} role="status">
        ${icon(connection.state === 'live' ? 'circle-filled' : connection.state === 'ended' ? 'circle-slash' : 'sync')}
        ${liveWords(connection)}
      </span>
      <span class="note source">${sourceWords(source)}</span>
      ${mayAct ? nothing : html`<span class="read-only">${icon('eye')} ${l10n.t('Watching only')}</span>`}
      <nav class="tools" aria-label=${l10n.t('Tools')}>
        ${
          questions === undefined
            ? nothing
            : html`<button
                type="button"
                class="tool questions"
                ?disabled=${questions.count === 0}
                @click=${questions.show}
              >
                ${icon('comment-discussion')} <span>${l10n.t('Open Questions')}</span> <b>${questions.count}</b>
              </button>`
        }
        ${tool('text-size', `${l10n.t('Text Size')} ${formatWholePercent(100 * scale, document.documentElement.lang)}`, larger)}
        ${inEditor ? tool('link', l10n.t('Copy Link'), () => send({ type: 'share' })) : nothing}
        ${inEditor ? tool('link-external', l10n.t('Open in Browser'), () => send({ type: 'openInBrowser' })) : nothing}
        ${
          inEditor
            ? nothing
            : mayAct
              ? tool('sign-out', l10n.t('Sign Out'), () => send({ type: 'signOut' }))
              : tool('key', l10n.t('Sign In'), () => send({ type: 'signIn' }))
        }
      </nav>
      ${strip}
    </header>
  `;
}

const liveWords = ({ state, message }: Connection): string =>
  ({
    live: l10n.t('live'),
    connecting: l10n.t('connecting…'),
    lost: message ?? l10n.t('connection lost, trying again…'),
    ended: message ?? l10n.t('not connected'),
  })[state];
