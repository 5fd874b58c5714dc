import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { packageFolders, thirdPartyNotices } from '../../scripts/lib/notices.mjs';

describe('the third-party notices', () => {
  let root: string;
  before(() => {
    root = mkdtempSync(join(tmpdir(), 'notices-'));
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  const install = (folder: string, name: string, files: Record<string, string>, version = '1.2.3'): string => {
    mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, folder, 'package.json'), JSON.stringify({ name, version, license: 'MIT' }));
    for (const [file, text] of Object.entries(files)) writeFileSync(join(root, folder, file), text);
    return folder;
  };

  it('are of the packages in the inputs, each once, also of those within others', () => {
    const inputs = [
      'src/extension/app.ts',
      'node_modules/b/index.js',
      'node_modules/b/lib/more.js',
      'node_modules/@scope/a/dist/a.js',
      'node_modules/b/node_modules/c/c.js',
      'node_modules/b/node_modules/@scope/d/d.js',
      '../node_modules/e/e.js',
    ];
    assert.deepEqual(packageFolders(inputs), [
      '../node_modules/e',
      'node_modules/@scope/a',
      'node_modules/b',
      'node_modules/b/node_modules/@scope/d',
      'node_modules/b/node_modules/c',
    ]);
  });

  it('have every license file of a package, whatever its name', () => {
    for (const file of [
      'LICENSE',
      'license',
      'LICENCE',
      'LICENSE.md',
      'license.txt',
      'LICENSE-CODE',
      'NOTICE',
      'COPYING',
    ]) {
      const folder = install(`names/${file}`, 'named', { [file]: `the text of ${file}`, 'README.md': 'not this' });
      const text = thirdPartyNotices(root, [folder]);
      assert.match(text, /^named 1\.2\.3 \(MIT\)$/m);
      assert.ok(text.includes(`the text of ${file}\n`));
      assert.ok(!text.includes('not this'));
    }
  });

  it('have all files of a package with several, and both versions of a package that is there twice', () => {
    const folders = [
      install('several/a', 'twice', { LICENSE: 'first text', 'CopyrightNotice.txt': 'second text' }),
      install('several/b', 'twice', { LICENSE: 'third text' }, '2.0.0'),
    ];
    const text = thirdPartyNotices(root, folders);
    for (const part of ['twice 1.2.3', 'first text', 'second text', 'twice 2.0.0', 'third text']) {
      assert.ok(text.includes(part), part);
    }
  });

  it('are the same text for the same packages in any order, and with the line ends of Windows', () => {
    const folders = ['x', 'y', 'z'].map((name) => install(`same/${name}`, name, { LICENSE: `text\nof ${name}` }));
    const text = thirdPartyNotices(root, folders);
    assert.equal(thirdPartyNotices(root, folders.toReversed()), text);
    install('same/x', 'x', { LICENSE: 'text\r\nof x\r\n' });
    assert.equal(thirdPartyNotices(root, folders), text);
  });

  it('fail with the names of all packages that have no license file', () => {
    const folders = [
      install('fail/a', 'unlicensed', { 'README.md': 'MIT' }),
      install('fail/b', '@scope/bare', {}),
      install('fail/c', 'licensed', { LICENSE: 'text' }),
    ];
    assert.throws(
      () => thirdPartyNotices(root, folders),
      /no license file: unlicensed 1\.2\.3 \(MIT\), @scope\/bare 1\.2\.3 \(MIT\)\. Add/,
    );
  });
});
