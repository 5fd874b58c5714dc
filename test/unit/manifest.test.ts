import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import * as z from 'zod';

const root = join(import.meta.dirname, '..', '..');
const menuItem = z.object({
  command: z.string().optional(),
  when: z.string().optional(),
  group: z.string().default(''),
});
const manifest = z
  .object({
    main: z.string(),
    icon: z.string(),
    contributes: z.object({
      commands: z.array(z.object({ command: z.string(), title: z.string(), category: z.literal('Test Stations') })),
      menus: z.record(z.string(), z.array(menuItem)),
      viewsWelcome: z.array(z.object({ contents: z.string(), when: z.string() })),
      views: z.record(z.string(), z.array(z.object({ id: z.string(), icon: z.string() }))),
      configuration: z.object({ properties: z.record(z.string(), z.unknown()) }),
    }),
  })
  .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
const { commands, menus, viewsWelcome, views, configuration } = manifest.contributes;

const sources = globSync('src/**/*.ts', { cwd: root }).map((file) => readFileSync(join(root, file), 'utf8'));
const matches = (pattern: RegExp, texts = sources): Set<string> =>
  new Set(texts.flatMap((text) => [...text.matchAll(pattern)].map(([, name]) => name ?? '')));

const declared = new Set(commands.map(({ command }) => command.replace('testStations.', '')));

describe('the manifest', () => {
  it('declares exactly the commands that are registered', () => {
    assert.deepEqual([...declared].sort(), [...matches(/commands\.register\(\s*'(\w+)'/g)].sort());
  });

  it('names only commands that exist, in menus and welcome texts', () => {
    const named = Object.values(menus)
      .flat()
      .flatMap(({ command }) => command?.replace('testStations.', '') ?? []);
    const linked = matches(
      /command:testStations\.(\w+)/g,
      viewsWelcome.map(({ contents }) => contents),
    );
    for (const command of [...named, ...linked]) assert.ok(declared.has(command), command);
  });

  it('has every inline action in the context menu too', () => {
    const items = menus['view/item/context'] ?? [];
    const inMenu = new Set(items.filter(({ group }) => !group.startsWith('inline')).map(({ command }) => command));
    for (const { command, group } of items)
      if (group.startsWith('inline')) assert.ok(inMenu.has(command), String(command));
  });

  it('uses only context keys that the program sets', () => {
    const whens = [...Object.values(menus).flat(), ...viewsWelcome].flatMap(({ when }) => when ?? []);
    const used = matches(/(?<!view == )\btestStations\.(\w+)/g, whens);
    const set = matches(/setContext\('(\w+)'/g);
    for (const key of used) assert.ok(set.has(key), key);
  });

  it('names only views that exist', () => {
    const ids = new Set(Object.values(views).flatMap((list) => list.map(({ id }) => id)));
    for (const id of matches(/createTreeView\('([\w.]+)'/g)) assert.ok(ids.delete(id), id);
    assert.deepEqual([...ids], []);
  });

  it('declares exactly the settings that are read', () => {
    const read = matches(/\b(?:setting|openSetting|changeSetting)\('(\w+)'/g);
    assert.deepEqual(
      Object.keys(configuration.properties).sort(),
      [...read].map((name) => `testStations.${name}`).sort(),
    );
  });

  it('names only files that exist', () => {
    const icons = Object.values(views).flatMap((list) => list.map(({ icon }) => icon));
    for (const file of [manifest.icon, ...icons]) assert.ok(existsSync(join(root, file)), file);
  });
});
