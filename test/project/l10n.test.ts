import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import ts from 'typescript';
import * as z from 'zod';

const root = join(import.meta.dirname, '..', '..');
const text = (file: string): string => readFileSync(join(root, file), 'utf8');
const texts = (file: string): Record<string, string> => z.record(z.string(), z.string()).parse(JSON.parse(text(file)));

const bundle = 'l10n/bundle.l10n.json';
const manifestTexts = 'package.nls.json';
const translations = [bundle, manifestTexts].flatMap((source) =>
  globSync(source.replace('.json', '.*.json'), { cwd: root }).map((file) => ({ source, file })),
);

describe('the translations', () => {
  it('are found by VS Code', () => {
    const { l10n } = z.object({ l10n: z.string() }).parse(JSON.parse(text('package.json')));
    assert.equal(l10n, './l10n');
  });

  it('have the texts of the sources in their bundle, which npm run l10n writes', () => {
    const used = new Set(globSync('src/**/*.ts', { cwd: root }).flatMap(textsIn));
    const listed = Object.entries(texts(bundle));
    assert.deepEqual(listed.map(([key]) => key).sort(), [...used].sort());
    for (const [key, value] of listed) assert.equal(value, key);
  });

  it('are complete in German', () => {
    assert.deepEqual(
      translations.map(({ file }) => file.replaceAll('\\', '/')),
      ['l10n/bundle.l10n.de.json', 'package.nls.de.json'],
    );
  });

  for (const { source, file } of translations) {
    it(`have each text of ${source} and no other in ${file}`, () => {
      assert.deepEqual(Object.keys(texts(file)).sort(), Object.keys(texts(source)).sort());
    });

    it(`have the placeholders, icons, links and settings of ${source} in ${file}`, () => {
      const translated = texts(file);
      for (const [key, original] of Object.entries(texts(source)))
        assert.deepEqual(marksOf(translated[key] ?? ''), marksOf(original), key);
    });

    it(`ask for more with an ellipsis in ${file} where ${source} does`, () => {
      const translated = texts(file);
      for (const [key, original] of Object.entries(texts(source)))
        assert.equal(translated[key]?.trimEnd().endsWith('…'), original.trimEnd().endsWith('…'), key);
    });
  }
});

/** The texts that a source passes to `l10n.t`, read by the compiler: the generator of the bundle reads them otherwise. */
function textsIn(file: string): string[] {
  const source = ts.createSourceFile(file, text(file), ts.ScriptTarget.Latest);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /\bl10n\.t$/.test(node.expression.getText(source))) {
      const [sentence] = node.arguments;
      if (sentence && ts.isStringLiteralLike(sentence)) found.push(sentence.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** What a translation must not change: places for values, icons, targets of links, code and references to settings. */
const marksOf = (sentence: string): string[] =>
  [...sentence.matchAll(/\{\d+\}|\$\([\w-]+\)|\]\([^)]*\)|`[^`]*`|\n/g)].map(([mark]) => mark).sort();
