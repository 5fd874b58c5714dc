import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './paths.mjs';

/**
 * Writes the script and the style sheet of a build into one HTML file, with the translations of the texts that the script
 * contains. The policy of the page allows this script and this style sheet, and no request.
 */
export function appPage(path) {
  return {
    name: 'app-page',
    setup({ onEnd }) {
      onEnd(({ errors, outputFiles }) => {
        if (errors.length > 0) return;
        const textOf = (extension) => outputFiles.find((file) => file.path.endsWith(extension)).text;
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, page(textOf('.js'), textOf('.css')));
      });
    },
  };
}

function page(script, style) {
  const policy = `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; base-uri 'none'; form-action 'none'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Run Report</title>
<style>${style}</style>
${translations(script).join('\n')}
</head>
<body>
<script>${script}</script>
</body>
</html>
`;
}

const hash = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Returns data blocks with those texts of each translation that the script contains as literals. */
function translations(script) {
  const folder = join(root, 'l10n');
  return readdirSync(folder).flatMap((file) => {
    const language = /^bundle\.l10n\.([\w-]+)\.json$/.exec(file)?.[1];
    if (language === undefined) return [];
    const all = Object.entries(JSON.parse(readFileSync(join(folder, file), 'utf8')));
    const used = all.filter(([key]) => ['"', "'", '`'].some((quote) => script.includes(quote + key + quote)));
    const json = JSON.stringify(Object.fromEntries(used)).replaceAll('<', '\\u003c');
    return `<script type="application/json" data-language="${language}">${json}</script>`;
  });
}
