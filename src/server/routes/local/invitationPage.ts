import { createHash } from 'node:crypto';
import { invitationPath } from '../../../shared/contract/invitationLink.ts';
import type { App } from '../../http/mount.ts';

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 36rem; margin: 10vh auto; padding: 0 1.5rem; }
h1 { font-size: 1.5rem; }
li { margin-block: 0.5rem; }
`;

const html = `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Invitation to a station server</title>
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <style>${style}</style>
  </head>
  <body>
    <h1>You are invited to this station server</h1>
    <p>The address of this page is your invitation. It works once, for you alone.</p>
    <ol>
      <li>Copy the whole address of this page from the address bar.</li>
      <li>In VS Code with the extension Test Stations, open the Command Palette and choose
        <strong>Test Stations: Connect to Lab Server…</strong></li>
      <li>Paste the address and press Enter.</li>
    </ol>
  </body>
</html>
`;

const headers = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-cache',
};

/** Tells what to do with an invitation. The page has no script, and never sees the token. */
export function invitationPageRoute(app: App): void {
  app.get(invitationPath, (c) => c.body(html, 200, headers));
}
