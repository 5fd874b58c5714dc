import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import ts from 'typescript';
import * as z from 'zod';
import { manifestTools, toolTitles } from '../../scripts/lib/manifestTools.mjs';
import { editorTools } from '../../src/shared/assistant/editorTools.ts';
import { toolSchema } from '../../src/shared/assistant/toolSchema.ts';

const root = join(import.meta.dirname, '..', '..');
const text = (file: string): string => readFileSync(join(root, file), 'utf8');
/** The manifest's words, by the keys that stand for them in it. */
const words = z.record(z.string(), z.string().min(1)).parse(JSON.parse(text('package.nls.json')));
const menuItem = z.object({
  command: z.string().optional(),
  when: z.string().optional(),
  group: z.string().default(''),
});
const manifest = z
  .object({
    main: z.string(),
    version: z.string(),
    preview: z.boolean().default(false),
    icon: z.string(),
    engines: z.object({ vscode: z.string() }),
    devDependencies: z.object({ '@types/vscode': z.string() }),
    contributes: z.object({
      commands: z.array(z.object({ command: z.string(), title: z.string(), category: z.literal('Test Stations') })),
      menus: z.record(z.string(), z.array(menuItem)),
      keybindings: z.array(
        z.object({
          command: z.string(),
          when: z.string().optional(),
          args: z.object({ commands: z.array(z.string()) }).optional(),
        }),
      ),
      viewsWelcome: z.array(z.object({ contents: z.string(), when: z.string() })),
      views: z.record(z.string(), z.array(z.object({ id: z.string(), icon: z.string() }))),
      walkthroughs: z.array(
        z.object({
          steps: z.array(
            z.object({
              description: z.string(),
              media: z.object({ svg: z.string(), altText: z.string() }),
              completionEvents: z.array(z.string()).min(1),
            }),
          ),
        }),
      ),
      languageModelTools: z.array(z.object({ name: z.string(), displayName: z.string(), userDescription: z.string() })),
      languageModelToolSets: z.array(z.object({ description: z.string() })),
      configuration: z.object({ properties: z.record(z.string(), z.object({ order: z.number() })) }),
    }),
  })
  .parse(JSON.parse(text('package.json')));
const { commands, keybindings, menus, viewsWelcome, views, walkthroughs, configuration } = manifest.contributes;
const steps = walkthroughs.flatMap((each) => each.steps);
const viewIds = Object.values(views).flatMap((list) => list.map(({ id }) => id));

const files = globSync('src/**/*.ts', { cwd: root });
const sources = files.map(text);
const matches = (pattern: RegExp, texts: readonly string[] = sources): Set<string> =>
  new Set(texts.flatMap((text) => [...text.matchAll(pattern)].map(([, name]) => name ?? '')));

const json = (file: string): unknown => JSON.parse(text(file));

/** The manifest without the tools of assistants, whose names and descriptions are for models. */
function withoutTools(): unknown {
  const whole = z.looseObject({ contributes: z.record(z.string(), z.unknown()) }).parse(json('package.json'));
  const { languageModelTools: _, languageModelToolSets: __, ...contributes } = whole.contributes;
  return { ...whole, contributes };
}

const declared = new Set(commands.map(({ command }) => command.replace('testStations.', '')));

describe('the manifest', () => {
  it('names the VS Code whose types are compiled against and which the tests of the oldest run in', () => {
    const oldest = z
      .object({ dependencies: z.object({ 'code-server': z.string() }) })
      .parse(JSON.parse(text('tools/vscode-oldest/package.json')));
    assert.equal(manifest.engines.vscode, `^${manifest.devDependencies['@types/vscode']}`);
    // Its code-server has the minor version of VS Code.
    assert.match(manifest.engines.vscode, /^\^1\.\d+\.0$/);
    assert.equal(oldest.dependencies['code-server'].split('.')[1], manifest.engines.vscode.split('.')[1]);
  });

  it('calls versions before 1.0.0 a preview', () => {
    assert.equal(manifest.preview, manifest.version.startsWith('0.'));
  });

  it('declares exactly the commands that are registered', () => {
    assert.deepEqual([...declared].sort(), [...matches(/commands\.register\(\s*'(\w+)'/g)].sort());
  });

  it('names only commands that exist, in menus, welcome texts and the walkthrough', () => {
    const named = Object.values(menus)
      .flat()
      .flatMap(({ command }) => command?.replace('testStations.', '') ?? []);
    const byKey = matches(
      /^testStations\.(\w+)/g,
      keybindings.flatMap(({ command, args }) => [command, ...(args?.commands ?? [])]),
    );
    const linked = matches(/command:testStations\.([\w.]+)/g, Object.values(words));
    const focusing = new Set(viewIds.map((id) => `${id.replace('testStations.', '')}.focus`));
    for (const command of [...named, ...linked, ...byKey])
      assert.ok(declared.has(command) || focusing.has(command), command);
  });

  it('has every inline action in the context menu too', () => {
    const items = menus['view/item/context'] ?? [];
    const inMenu = new Set(items.filter(({ group }) => !group.startsWith('inline')).map(({ command }) => command));
    for (const { command, group } of items)
      if (group.startsWith('inline')) assert.ok(inMenu.has(command), String(command));
  });

  it('uses only context keys that the program sets', () => {
    const whens = [...Object.values(menus).flat(), ...viewsWelcome, ...keybindings].flatMap(({ when }) => when ?? []);
    whens.push(...steps.flatMap(({ completionEvents }) => completionEvents));
    const used = matches(/(?<!view == |View == |webviewId == ')\btestStations\.(\w+)/g, whens);
    const set = matches(/setContext\('(\w+)'/g);
    for (const key of used) assert.ok(set.has(key), key);
  });

  it('ticks the steps of the walkthrough by what is, not by what was clicked and then cancelled', () => {
    for (const event of steps.flatMap(({ completionEvents }) => completionEvents)) assert.match(event, /^onContext:/);
  });

  it('has a picture for each step of the walkthrough, in colours of the theme alone', () => {
    for (const { media } of steps) {
      const colours = text(media.svg).matchAll(/\b(?:fill|stroke)="([^"]*)"/g);
      for (const [, colour = ''] of colours) assert.match(colour, /^(none$|var\(--vscode-)/, media.svg);
      assert.doesNotMatch(text(media.svg), /<style|style=|<script/, 'the picture’s frame has a policy against these');
    }
  });

  it('names only views that exist', () => {
    const ids = new Set(viewIds);
    for (const id of matches(/createTreeView\('([\w.]+)'/g)) assert.ok(ids.delete(id), id);
    assert.deepEqual([...ids], []);
  });

  it('declares exactly the settings that are read', () => {
    const read = matches(/\b(?:setting|settingRemedy|changeSetting)\('([\w.]+)'/g);
    assert.deepEqual(
      Object.keys(configuration.properties).sort(),
      [...read].map((name) => `testStations.${name}`).sort(),
    );
  });

  it('gives each setting its own place in the list of settings', () => {
    const orders = Object.values(configuration.properties).map(({ order }) => order);
    assert.deepEqual(orders.toSorted((a, b) => a - b), orders.map((_, index) => index + 1)); // prettier-ignore
  });

  it('names only files that exist', () => {
    const icons = Object.values(views).flatMap((list) => list.map(({ icon }) => icon));
    for (const file of [manifest.icon, ...icons, ...steps.map(({ media }) => media.svg)])
      assert.ok(existsSync(join(root, file)), file);
  });

  it('has every word of the manifest in package.nls.json, and no other', () => {
    assert.deepEqual(Object.keys(words).sort(), [...matches(/"%([\w.]+)%"/g, [text('package.json')])].sort());
  });

  it('says nothing to people that cannot be translated', () => {
    const plain = [
      ...matches(/"(?:title|contents|name|description|markdownDescription|altText)": "([^%"][^"]*)"/g, [
        JSON.stringify(withoutTools(), null, 1),
      ]),
    ];
    assert.deepEqual(
      plain.filter((each) => !/^(Test Stations|test-stations)$/.test(each)),
      [],
    );
  });
});

describe('the tools of assistants in the manifest', () => {
  const { languageModelTools, languageModelToolSets } = manifest.contributes;

  it('are those that are declared, with the same schemas', () => {
    const { contributes } = z.object({ contributes: z.record(z.string(), z.unknown()) }).parse(json('package.json'));
    for (const [point, expected] of Object.entries(manifestTools())) {
      assert.deepEqual(contributes[point], JSON.parse(JSON.stringify(expected)), 'run npm run reference');
    }
    assert.deepEqual(
      languageModelTools.map(({ name }) => name),
      editorTools.map(({ name }) => name),
    );
  });

  it('have titles that are declared and translated', () => {
    for (const [key, title] of Object.entries(toolTitles())) assert.equal(words[key], title);
    for (const { displayName, userDescription } of languageModelTools)
      assert.match(displayName + userDescription, /^(%[^%]+%){2}$/);
    for (const { description } of languageModelToolSets) assert.match(description, /^%[^%]+%$/);
  });

  it('have names, descriptions and schemas that every model takes', () => {
    const plainKeywords = /^(type|properties|required|description|additionalProperties|enum|items|anyOf|default)$/;
    for (const { name, description, input, output } of editorTools) {
      assert.match(name, /^teststations_[a-z_]{3,40}$/);
      assert.ok(description.length >= 80 && description.length <= 900, `${name}: ${description.length}`);
      for (const schema of [input, output]) {
        for (const keyword of keywordsIn(toolSchema(schema))) assert.match(keyword, plainKeywords, name);
      }
    }
  });
});

/** The keywords of a schema and of those in it. The names of properties are none. */
function keywordsIn(schema: unknown, areNames = false): string[] {
  if (Array.isArray(schema)) return schema.flatMap((each) => keywordsIn(each));
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]) => [
    ...(areNames ? [] : [key]),
    ...(key === 'enum' || key === 'required' ? [] : keywordsIn(value, key === 'properties' && !areNames)),
  ]);
}

describe('the words of the program', () => {
  it('are whole sentences in the source, with a value for each place', () => {
    const wrong = files.flatMap((file) =>
      translations(file)
        .filter(({ sentence, values }) => sentence === undefined || placesOf(sentence) !== values)
        .map(({ line }) => `${file}:${line}`),
    );
    assert.deepEqual(wrong, []);
  });
});

/** Each call of `l10n.t`; the sentence is undefined when it is not a plain text. */
function translations(file: string): { sentence: string | undefined; values: number; line: number }[] {
  const source = ts.createSourceFile(file, text(file), ts.ScriptTarget.Latest, true);
  const found: ReturnType<typeof translations> = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /\bl10n\.t$/.test(node.expression.getText())) {
      const [sentence, ...values] = node.arguments;
      found.push({
        sentence: sentence && ts.isStringLiteralLike(sentence) ? sentence.text : undefined,
        values: values.length,
        line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1,
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** How many values the sentence takes: one more than its highest place, or -1 when a place is left out. */
function placesOf(sentence: string): number {
  const places = new Set([...sentence.matchAll(/\{(\d+)\}/g)].map(([, place]) => Number(place)));
  return [...places].every((place) => place < places.size) ? places.size : -1;
}
