import assert from 'node:assert/strict';
import { existsSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import * as z from 'zod';
import { installExtension } from './support/extension.ts';
import { build, root } from './support/places.ts';

describe('the packaged extension', function () {
  let folder: string;
  let extension: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ts-package-'));
    await installExtension(join(folder, 'extensions'));
    extension = globSync('extensions/test-stations.*', { cwd: folder }).map((name) => join(folder, name))[0] ?? '';
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const notices = (): string => readFileSync(join(extension, 'ThirdPartyNotices.txt'), 'utf8');
  const json = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
  const manifest = z.object({ name: z.string(), version: z.string() });

  it('has its own license and third-party notices', () => {
    assert.ok(['LICENSE', 'LICENSE.txt', 'LICENSE.md'].some((file) => existsSync(join(extension, file))));
    assert.match(notices(), /^Test Stations contains the software of others/);
  });

  it('lists each bundled package with its full license text', () => {
    // Two lists that the notices are not made of: the source maps of the programs, and what was read for the pages.
    const maps = readdirSync(join(build, 'maps')).flatMap(
      (file) => z.object({ sources: z.array(z.string()) }).parse(json(join(build, 'maps', file))).sources,
    );
    const sources = [...maps, ...z.array(z.string()).parse(json(join(build, 'bundled.json')))];
    const text = notices();
    const folders = new Set<string>();
    for (const source of sources) {
      // Of a package that another one contains, by its source map. The MCP SDK also contains an unpublished part of itself.
      const inside = /\/\.pnpm\/((?:@[^/+]+\+)?[^/@]+)@([^/_]+)/.exec(source);
      if (inside !== null) {
        const [, name = '', version = ''] = inside;
        assert.ok(text.includes(` contains ${name} ${version}, `), `${name} ${version} is not named`);
      }
      if (inside !== null || source.includes('/@modelcontextprotocol/core-internal/')) continue;
      const parts = source.split('/');
      const at = parts.lastIndexOf('node_modules');
      if (at < 0) continue;
      const end = at + (parts[at + 1]?.startsWith('@') === true ? 3 : 2);
      folders.add(parts.slice(parts.indexOf('node_modules'), end).join('/'));
    }
    for (const each of folders) {
      const { name, version } = manifest.parse(json(join(root, each, 'package.json')));
      assert.ok(text.includes(`\n${name} ${version} (`), `${name} ${version} is not named`);
      for (const file of readdirSync(join(root, each)).filter((entry) => /^(licen[cs]e|notice)/i.test(entry))) {
        const license = readFileSync(join(root, each, file), 'utf8')
          .replaceAll('\r\n', '\n')
          .trim();
        assert.ok(text.includes(license), `${file} of ${name} is not there`);
      }
    }
    for (const name of ['zod', 'aedes', 'lit', 'uplot', '@vscode/codicons', '@vscode/l10n', 'undici', 'hono']) {
      assert.ok(
        [...folders].some((each) => each.endsWith(`node_modules/${name}`)),
        name,
      );
    }
  });

  it('has each translation, for the editor and for the page in a browser', () => {
    for (const file of globSync(['l10n/*.json', 'package.nls*.json'], { cwd: root })) {
      const packaged = join(extension, file);
      assert.ok(existsSync(packaged), file);
      assert.equal(readFileSync(packaged, 'utf8'), readFileSync(join(root, file), 'utf8'), file);
    }
    for (const file of globSync('bundle.l10n.*.json', { cwd: join(root, 'l10n') }))
      assert.ok(existsSync(join(extension, 'dist', 'webview', file)), file);
  });

  it('has the license of the icons, which differs from the others', () => {
    assert.match(notices(), /@vscode\/codicons [\d.-]+ \(CC-BY-4\.0\)[^]*Attribution 4\.0 International/);
  });
});
