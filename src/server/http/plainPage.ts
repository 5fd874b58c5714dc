import { createHash } from 'node:crypto';
import type { Context } from 'hono';
import { html, raw } from 'hono/html';
import type { Environment } from './mount.ts';

type Html = ReturnType<typeof html>;

const style = `
:root {
  color-scheme: light dark;
  font: 16px/1.5 system-ui, sans-serif;
  overflow-wrap: anywhere;
  --accent: light-dark(#005fb8, #4daafc);
  --on-accent: light-dark(#ffffff, #000000);
  --line: light-dark(#c8c8c8, #4a4a4a);
}
body { max-width: 36rem; margin: 10vh auto; padding: 0 1.5rem; }
h1 { font-size: 1.5rem; line-height: 1.25; text-wrap: balance; }
li { margin-block: 0.5rem; }
a { color: var(--accent); }
.code { font: 600 1.75rem/1 ui-monospace, monospace; letter-spacing: 0.1em; margin-block: 0.75rem 1rem; }
input[type='checkbox'] { flex: none; width: 1.1rem; height: 1.1rem; margin: 0; accent-color: var(--accent); translate: 0 0.15rem; }
.box { border: 1px solid var(--line); border-radius: 0.5rem; padding: 1rem 1.25rem; margin-block: 1.5rem; }
.box > :first-child { margin-top: 0; }
.box > :last-child { margin-bottom: 0; }
label { display: flex; gap: 0.6rem; align-items: baseline; padding-block: 0.25rem; }
.buttons { display: flex; flex-wrap: wrap; gap: 0.75rem; }
button {
  font: inherit; padding: 0.5rem 1.25rem; border-radius: 0.375rem; cursor: pointer;
  border: 1px solid var(--line); background: transparent; color: inherit;
}
button.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
@media (max-width: 30rem) { body { margin-block: 1.5rem; } .buttons > * { flex: 1 1 100%; } }
`;

const styleHash = createHash('sha256').update(style).digest('base64');
const styleElement = `<style>${style}</style>`;

const headers = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
};

interface PlainPage {
  readonly title: string;
  readonly body: Html;
  readonly status?: 200 | 403 | 404 | 429 | 502;
  readonly cacheControl?: 'no-store';
}

/** Answers with a page that has no script and loads nothing. Values in the templates of `html` are escaped. */
export async function plainPage(
  c: Context<Environment>,
  { title, body, status = 200, cacheControl }: PlainPage,
): Promise<Response> {
  const page = await html`<!DOCTYPE html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>${title}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        ${raw(styleElement)}
      </head>
      <body>
        <main>${body}</main>
      </body>
    </html> `;
  return c.body(String(page), status, { ...headers, 'Cache-Control': cacheControl ?? 'no-cache' });
}
