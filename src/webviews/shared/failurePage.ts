import * as l10n from '@vscode/l10n';
import { html } from 'lit';
import { icon } from './icons.ts';

import '@vscode-elements/elements/dist/vscode-button/index.js';

export const failurePage = (title: string, reason: string, retry: () => void): unknown => html`
  <main class="failure" role="alert">
    <h1>${icon('warning')} ${title}</h1>
    <p>${reason}</p>
    <vscode-button @click=${retry}>${l10n.t('Try again')}</vscode-button>
  </main>
`;
