import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import type { KnownStation } from '../../shared/contract/uptimeView.ts';
import { send } from './host.ts';
import { stateMark } from './stateMark.ts';

import '@vscode-elements/elements/dist/vscode-button/index.js';

export function knownPage({ server, stations }: { server: string; stations: readonly KnownStation[] }): unknown {
  return html`
    <header class="title-bar"><h1>${l10n.t('Uptime')}</h1></header>
    <main>
      <p class="explanation">
        ${l10n.t(
          '{0} has no public API for uptime, so only the connection status of each station is shown here. The history is in the dashboard.',
          server,
        )}
      </p>
      <vscode-button @click=${() => send({ type: 'openDashboard' })}>${l10n.t('Open dashboard')}</vscode-button>
      <vscode-button secondary @click=${() => send({ type: 'refresh' })}>${l10n.t('Refresh')}</vscode-button>
      ${stations.length === 0 ? html`<p class="note">${l10n.t('There is no station yet.')}</p>` : nothing}
      <ul class="known" ?hidden=${stations.length === 0}>
        ${stations.map(({ name, state }) => html`<li><span>${name}</span>${stateMark(state)}</li>`)}
      </ul>
    </main>
  `;
}
