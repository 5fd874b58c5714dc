import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getL10nJson } from '@vscode/l10n-dev';
import { runMain } from './lib/main.mjs';
import { root } from './lib/paths.mjs';

const folder = join(root, 'l10n');

/**
 * Writes l10n/bundle.l10n.json from the calls of `l10n.t` in the sources. Then lists which texts each translation lacks,
 * and removes those that are no longer used.
 */
async function main() {
  const sources = ['extension', 'shared', 'webviews'].flatMap((area) => scriptsIn(join(root, 'src', area)));
  const bundle = sorted(await getL10nJson(sources));
  writeJson(join(folder, 'bundle.l10n.json'), bundle);
  console.log(`l10n/bundle.l10n.json  ${Object.keys(bundle).length} texts`);
  updateTranslations('l10n', /^bundle\.l10n\.[\w-]+\.json$/, bundle);
  updateTranslations('.', /^package\.nls\.[\w-]+\.json$/, readJson(join(root, 'package.nls.json')));
}

function scriptsIn(area) {
  return readdirSync(area, { recursive: true })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => ({ extension: '.ts', contents: readFileSync(join(area, file), 'utf8') }));
}

function updateTranslations(directory, name, source) {
  for (const file of readdirSync(join(root, directory)).filter((each) => name.test(each))) {
    const before = readJson(join(root, directory, file));
    const missing = Object.keys(source).filter((key) => !(key in before));
    const kept = Object.keys(source).filter((key) => key in before);
    writeJson(join(root, directory, file), Object.fromEntries(kept.map((key) => [key, before[key]])));
    console.log(`${file}  ${kept.length} texts, ${missing.length} missing`);
    for (const key of missing) console.log(`  ${JSON.stringify(key)}`);
  }
}

function sorted(bundle) {
  const entries = Object.entries(bundle).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries);
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function writeJson(file, content) {
  writeFileSync(file, `${JSON.stringify(content, undefined, 2)}\n`);
}

await runMain(main);
