import { html } from 'hono/html';
import { invitationPath } from '../../../shared/contract/invitationLink.ts';
import type { App } from '../../http/mount.ts';
import { plainPage } from '../../http/plainPage.ts';

const body = html`
  <h1>You are invited to this station server</h1>
  <p>The address of this page is your invitation. It works once, for you alone.</p>
  <ol>
    <li>Copy the whole address of this page from the address bar.</li>
    <li>
      In VS Code with the extension Test Stations, open the Command Palette and choose
      <strong>Test Stations: Connect to Lab Server…</strong>
    </li>
    <li>Paste the address and press Enter.</li>
  </ol>
`;

/** Shows what to do with an invitation. The page has no script, and never sees the token. */
export function invitationPageRoute(app: App): void {
  app.get(invitationPath, (c) => plainPage(c, { title: 'Invitation to a station server', body }));
}
