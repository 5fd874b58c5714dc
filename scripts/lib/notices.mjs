import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The MIT License, for packages that name it without its text. */
const mit = (holder) => `The MIT License

${holder}

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.`;

/** License texts that the files of a package lack. */
const additions = {
  '@vscode/l10n': mit('Copyright (c) Microsoft Corporation.'),
  undici: `undici contains llhttp, https://github.com/nodejs/llhttp\n\n${mit('Copyright Fedor Indutny, 2018.')}`,
};

/**
 * Returns the folders of the bundled packages, sorted.
 * @param {Iterable<string>} inputs the inputs of esbuild's metafiles, relative to the checkout
 * @returns {string[]} relative to the checkout, such as `node_modules/a/node_modules/@b/c`
 */
export function packageFolders(inputs) {
  const folders = [...inputs].flatMap((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  return [...new Set(folders)].sort();
}

/**
 * Returns the text of `ThirdPartyNotices.txt`: each package with its license texts. The same packages give the same text.
 * @param {string} root the checkout
 * @param {string[]} folders of the packages, relative to it
 * @throws Error with the names of the packages that have no license text
 */
export function thirdPartyNotices(root, folders) {
  const packages = folders.map((folder) => describe(join(root, folder)));
  const unlicensed = packages.filter(({ texts }) => texts.length === 0).map(({ title }) => title);
  if (unlicensed.length > 0) {
    throw new Error(
      `These bundled packages have no license file: ${unlicensed.join(', ')}. Add their license to scripts/lib/notices.mjs, or do not bundle them.`,
    );
  }
  const sections = new Map(
    packages.map(({ title, source, texts }) => [title, [title, source, '', ...texts].join('\n').trimEnd()]),
  );
  const line = '-'.repeat(80);
  const head = 'Test Stations contains the software of others that is listed here, under the licenses that follow.';
  const sorted = [...sections.keys()].sort().map((title) => sections.get(title));
  return `${[head, ...sorted].join(`\n\n${line}\n\n`)}\n`;
}

function describe(folder) {
  const { name, version, license, repository, homepage } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  );
  const files = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|copying|notice|copyrightnotice)(\b|-)/i.test(file))
    .sort();
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim() + '\n');
  if (Object.hasOwn(additions, name)) texts.push(additions[name]);
  const source = homepage ?? (typeof repository === 'string' ? repository : repository?.url) ?? '';
  return { title: `${name} ${version} (${license})`, source, texts };
}
