import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { notFound } from '../../http/refusalError.ts';
import type { RouteServices } from '../../routeServices.ts';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.ttf': 'font/ttf',
  '.json': 'application/json; charset=utf-8',
};

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const headers = {
  'Content-Security-Policy': policy,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cache-Control': 'no-cache',
};

const html = `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Operator UI</title>
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <link rel="stylesheet" id="vscode-codicon-stylesheet" href="codicon.css">
    <link rel="stylesheet" href="operatorPage.css">
    <script type="module" src="operatorPage.js"></script>
  </head>
  <body></body>
</html>
`;

/** The Operator UI in a browser. The page itself needs no key; its data does. */
export function operatorPageRoutes({ app, pagesFolder: pages }: RouteServices): void {
  app.get('/operator', (c) => c.redirect('/operator/', 308));

  app.get('/operator/:file{.*}', (c) => {
    const file = c.req.param('file');
    if (file === '') return c.body(html, 200, { ...headers, 'Content-Type': types['.html'] ?? '' });
    const type = types[extname(file)];
    // Only files in the listing of the folder are served, so that no path leads out of it.
    if (type === undefined || !listed(pages).includes(file)) throw notFound(`The Operator UI has no file ${file}.`);
    return c.body(readFileSync(join(pages, file)), 200, { ...headers, 'Content-Type': type });
  });
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
