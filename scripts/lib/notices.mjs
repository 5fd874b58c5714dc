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

const fastUri = `Copyright (c) 2011-2021, Gary Court until https://github.com/garycourt/uri-js/commit/a1acf730b4bba3f1097c9f52e7d9d3aba8cdcaae
Copyright (c) 2021-present The Fastify team <https://github.com/fastify/fastify#team>
All rights reserved.

Redistribution and use in source and binary forms, with or without
modification, are permitted provided that the following conditions are met:
    * Redistributions of source code must retain the above copyright
      notice, this list of conditions and the following disclaimer.
    * Redistributions in binary form must reproduce the above copyright
      notice, this list of conditions and the following disclaimer in the
      documentation and/or other materials provided with the distribution.
    * The names of any contributors may not be used to endorse or promote
      products derived from this software without specific prior written
      permission.

THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND
ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED
WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE
DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDERS AND CONTRIBUTORS BE LIABLE FOR ANY
DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES
(INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES;
LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND
ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT
(INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF THIS
SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.

                                  *   *   *

The complete list of contributors can be found at:
- https://github.com/garycourt/uri-js/graphs/contributors`;

/** Packages that the published files of the MCP SDK contain. */
const insideOfMcpSdk = [
  ['ajv 8.18.0, https://ajv.js.org', mit('Copyright (c) 2015-2021 Evgeny Poberezkin')],
  ['ajv-formats 3.0.1, https://github.com/ajv-validator/ajv-formats', mit('Copyright (c) 2020 Evgeny Poberezkin')],
  ['content-type 1.0.5, https://github.com/jshttp/content-type', mit('Copyright (c) 2015 Douglas Christopher Wilson')],
  [
    'fast-deep-equal 3.1.3, https://github.com/epoberezkin/fast-deep-equal',
    mit('Copyright (c) 2017 Evgeny Poberezkin'),
  ],
  ['fast-uri 3.1.8, https://github.com/fastify/fast-uri', fastUri],
  [
    'json-schema-traverse 1.0.0, https://github.com/epoberezkin/json-schema-traverse',
    mit('Copyright (c) 2017 Evgeny Poberezkin'),
  ],
];

/** @param {string} copyright */
const isc = (copyright) => `The ISC License

${copyright}

Permission to use, copy, modify, and/or distribute this software for any
purpose with or without fee is hereby granted, provided that the above
copyright notice and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES
WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF
MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR
ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES
WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN
ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR
IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.`;

/** License texts that the files of a package lack. */
const additions = {
  '@modelcontextprotocol/server': insideOfMcpSdk
    .map(([title, text]) => `@modelcontextprotocol/server contains ${title}\n\n${text}`)
    .join('\n\n'),
  '@vscode/l10n': mit('Copyright (c) Microsoft Corporation.'),
  'pg-types': mit('Copyright (c) 2014 Brian M. Carlson'),
  pgpass: mit('Copyright (c) 2013-2016 Hannes Hörl'),
  saxes: `${isc('Copyright (c) Contributors')}\n\nsaxes was forked from sax.\n\n${isc('Copyright (c) Isaac Z. Schlueter and Contributors')}\n\nString.fromCodePoint\n\n${mit('Copyright Mathias Bynens <https://mathiasbynens.be/>')}`,
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
