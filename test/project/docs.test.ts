import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { marked } from 'marked';
import { describe, it } from 'mocha';
import * as z from 'zod';

const root = join(import.meta.dirname, '..', '..');
const text = (file: string): string => readFileSync(join(root, file), 'utf8');
const pages = globSync(['*.md', 'docs/**/*.md', 'samples/**/*.md', 'src/*/*.md'], { cwd: root }).sort();
const forDevelopers = /^(ARCHITECTURE|CONTRIBUTING)\.md$|^docs\/(decisions\/|glossary\.md$)|^src\//;
const forUsers = pages.filter((page) => !forDevelopers.test(page));

const packages = z.record(z.string(), z.string());
const manifest = z
  .object({
    scripts: packages,
    engines: z.object({ vscode: z.string() }),
  })
  .parse(JSON.parse(text('package.json')));

const part = z.object({ type: z.string(), text: z.string(), href: z.string().optional(), lang: z.string().optional() });
type Part = z.infer<typeof part>;

/** The parts of a page of these kinds, as marked calls them: `link`, `image`, `heading`, `em`, `codespan`, `code`. */
function parts(page: string, ...kinds: string[]): Part[] {
  const found: Part[] = [];
  void marked.walkTokens(marked.lexer(text(page)), (token) => {
    if (kinds.includes(token.type)) found.push(part.parse(token));
  });
  return found;
}

/** The first cells of the rows of a table that has this word in the first cell of its head. */
function firstColumn(page: string, head: string): string[] {
  const lines = text(page).split('\n');
  const start = lines.findIndex((line) => new RegExp(`^\\| ${head} +\\|`).test(line));
  assert.ok(start >= 0, `${page} has no table of ${head}`);
  const rows = lines.slice(start + 2);
  return rows
    .slice(
      0,
      rows.findIndex((line) => !line.startsWith('|')),
    )
    .map((row) => (row.split('|')[1] ?? '').trim());
}

/** Returns the file that a link without its anchor leads to, as seen from the top folder. */
const targetOf = (page: string, path: string): string =>
  path === '' ? page : normalize(join(dirname(page), decodeURI(path)));

/** The anchors of a page's headings, as GitHub makes them. */
const anchors = (page: string): string[] =>
  parts(page, 'heading').map((heading) =>
    heading.text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );

describe('the pages', () => {
  for (const page of pages) {
    it(`lead to files and headings that are there (${page})`, () => {
      for (const { href = '' } of parts(page, 'link', 'image')) {
        if (href.startsWith('https://')) continue;
        const [path = '', anchor] = href.split('#');
        const target = targetOf(page, path);
        assert.ok(existsSync(join(root, target)), href);
        if (anchor !== undefined) assert.ok(anchors(target).includes(anchor), href);
      }
    });

    it(`name files and folders of the repository that are there (${page})`, () => {
      for (const { text: name } of parts(page, 'codespan')) {
        if (/^(src|test|scripts|docs|samples|tools|media)\/[\w./-]+$/.test(name)) {
          assert.ok(existsSync(join(root, name)), name);
        }
      }
    });

    it(`name scripts of npm that are there (${page})`, () => {
      for (const [, name = ''] of text(page).matchAll(/\bnpm run ([\w:-]+)/g))
        assert.ok(name in manifest.scripts, name);
    });
  }

  for (const page of forUsers) {
    it(`name in italics what the program shows (${page})`, () => {
      const unknown = parts(page, 'em').map((each) => each.text.replace(/\s+/g, ' ').replace(/^Test Stations: /, ''));
      assert.deepEqual(unknown.filter((each) => !shown.has(plain(each))), []); // prettier-ignore
    });

    it(`have Python that is run by the tests (${page})`, () => {
      const python = parts(page, 'code').filter(({ lang }) => lang?.startsWith('python'));
      assert.deepEqual([...new Set(python.map(({ lang }) => lang))], python.length > 0 ? ['python whole'] : []);
    });
  }

  it('show all pictures, which are small', () => {
    const pictures = readdirSync(join(root, 'docs', 'pictures')).map((name) => join('docs', 'pictures', name));
    const used = pages.flatMap((page) => parts(page, 'image').map(({ href = '' }) => targetOf(page, href)));
    assert.deepEqual(pictures.sort(), [...new Set(used)].sort());
    const bytes = pictures.reduce((sum, name) => sum + statSync(join(root, name)).size, 0);
    assert.ok(bytes < 600_000, `${bytes} bytes`);
  });
});

describe('the README', () => {
  it('leads to every page, directly or through other pages', () => {
    const reached = new Set(['README.md']);
    for (const page of reached) {
      for (const { href = '' } of parts(page, 'link')) {
        const target = targetOf(page, href.replace(/#.*/, ''));
        if (pages.includes(target)) reached.add(target);
      }
    }
    const unreached = pages.filter((page) => !reached.has(page) && !page.startsWith('samples/'));
    assert.deepEqual(unreached, []);
  });

  it('names the oldest VS Code that the manifest supports', () => {
    const [, oldest] = /^\^(\d+\.\d+)\.0$/.exec(manifest.engines.vscode) ?? assert.fail(manifest.engines.vscode);
    assert.ok(text('README.md').includes(`VS Code ${oldest} or later`));
  });
});

describe('the reference', () => {
  it('has the settings and the commands of the manifest', () => {
    const check = [join(root, 'scripts', 'reference.mjs'), '--check'];
    const { status, stderr } = spawnSync(process.execPath, check, { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  });
});

describe('CONTRIBUTING.md', () => {
  it('has every script of npm', () => {
    const named = firstColumn('CONTRIBUTING.md', 'command').join('\n');
    for (const name of Object.keys(manifest.scripts)) {
      const command = ['start', 'test'].includes(name) ? `npm ${name}` : `npm run ${name}`;
      assert.ok(named.includes(`\`${command}\``), command);
    }
  });
});

/** A label without what says that more is asked, and without what explains it. */
const plain = (label: string): string => label.replace(/[…:].*$|\s*\(.*\)$/g, '');

/** The words on the screen: of the manifest and of the program. */
const shown = new Set(
  [
    'Test Stations',
    ...Object.values(packages.parse(JSON.parse(text('package.nls.json')))),
    ...globSync('src/**/*.ts', { cwd: root }).flatMap((file) =>
      [...text(file).matchAll(/\bl10n\s*\.t\(\s*'((?:[^'\\]|\\.)+)'/g)].map(([, label]) => label ?? ''),
    ),
  ].map(plain),
);
