import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { editorTools } from '../src/shared/assistant/editorTools.ts';
import { serverResources } from '../src/shared/assistant/serverResources.ts';
import { serverTools } from '../src/shared/assistant/serverTools.ts';
import { toolSchema } from '../src/shared/assistant/toolSchema.ts';
import { procedureJsonSchema } from '../src/shared/contract/procedureFile.ts';
import { runMain, ScriptError } from './lib/main.mjs';
import { manifestTools } from './lib/manifestTools.mjs';
import { root } from './lib/paths.mjs';

const usage = `npm run reference               writes the tools of assistants into the manifest, the pages of settings, commands
                                and tools, and the schema of procedure.yaml
npm run reference -- --check    exits with 1 if one of them differs from what would be written`;

const { contributes, capabilities } = readJson('package.json');
const { commands, configuration, keybindings, menus } = contributes;
const restrictedSettings = capabilities.untrustedWorkspaces.restrictedConfigurations;
const texts = readJson('package.nls.json');

/** Writes the tools into package.json, the pages of the reference, and the schema that editors of YAML use. */
function main() {
  const [option, ...others] = process.argv.slice(2);
  if ((option !== undefined && option !== '--check') || others.length > 0) throw new ScriptError(usage);
  updateTools(option === '--check');
  for (const [name, content] of [
    ['docs/reference/settings.md', settingsPage()],
    ['docs/reference/commands.md', commandsPage()],
    ['docs/reference/assistant-tools.md', assistantToolsPage()],
    ['media/procedure.schema.json', procedureSchema()],
  ]) {
    const file = join(root, name);
    if (option !== '--check') writeFileSync(file, content);
    else if (readFileSync(file, 'utf8') !== content)
      throw new ScriptError(`${name} is out of date. Run npm run reference and commit the result.`);
  }
}

function procedureSchema() {
  return `${JSON.stringify(procedureJsonSchema(), null, 2)}\n`;
}

/** Writes the tools of the editor into package.json as `src/shared/assistant` declares them. */
function updateTools(isCheck) {
  const manifest = readJson('package.json');
  const text = `${JSON.stringify({ ...manifest, contributes: { ...manifest.contributes, ...manifestTools() } }, null, 2)}\n`;
  const file = join(root, 'package.json');
  if (!isCheck) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text)
    throw new ScriptError('The tools of assistants in package.json are out of date. Run npm run reference.');
}

function settingsPage() {
  const settings = Object.entries(configuration.properties).sort(([, one], [, other]) => one.order - other.order);
  return page(
    'Settings',
    'All settings of Test Stations, in the order of the Settings editor.',
    ...settings.map(([id, setting]) => settingSection(id, setting)),
  );
}

const scopes = {
  application: 'user settings',
  machine: 'user settings or remote settings',
  window: 'user, remote, or workspace settings',
  resource: 'user, remote, workspace, or folder settings',
};

function settingSection(id, setting) {
  const type = setting.type === 'array' ? `array of ${setting.items.type}s` : setting.type;
  const values = (setting.enum ?? []).map(
    (value, index) => `  - \`${value}\`: ${settingText(setting.markdownEnumDescriptions[index])}`,
  );
  return [
    `## \`${id}\``,
    '',
    settingText(setting.markdownDescription),
    '',
    `- Type: ${type}`,
    ...(values.length > 0 ? ['- Values:', ...values] : []),
    `- Default: \`${JSON.stringify(setting.default)}\``,
    `- Set in: ${known(scopes, setting.scope ?? 'window')}`,
    ...(setting.scope !== 'machine' && restrictedSettings.includes(id) ? ['- Ignored in an untrusted workspace'] : []),
  ].join('\n');
}

/** Replaces references to settings with links. */
function settingText(key) {
  return localized(key).replace(/`#([\w.]+)#`/g, (_, id) => `[\`${id}\`](#${id.replace('.', '').toLowerCase()})`);
}

function commandsPage() {
  const rows = commands
    .map(({ command, title, enablement }) => ({ command, title: localized(title), enablement }))
    .sort((one, other) => one.title.localeCompare(other.title, 'en'))
    .map(({ command, title, enablement }) => [
      title,
      placesOf(command).join('<br>'),
      conditionsOf(command, enablement).join('; '),
      `\`${command}\``,
    ]);
  return page(
    'Commands',
    'All commands of Test Stations. The Command Palette lists them under **Test Stations**. An empty cell under ' +
      '“Available” means always.',
    table(['Command', 'Where', 'Available', 'Identifier'], rows),
  );
}

const menuPlaces = {
  'editor/title': 'Editor title bar',
  'editor/title/run': 'Run menu of the editor',
  'explorer/context': 'Explorer context menu',
  'testing/item/context': 'Context menu of a phase in the Test Explorer',
  'testing/item/gutter': 'Context menu of a phase in the margin of the editor',
  'webview/context': 'Context menu of a measurement in a report',
};

const viewNames = {
  'testStations.stations': 'Stations view',
  'testStations.runs': 'Runs view',
  'testStations.instruments': 'Instruments view',
};

/** Rows of views by the first word of their context value. */
const itemNames = {
  station: 'station',
  paused: 'station',
  maintenance: 'station',
  procedure: 'procedure',
  tested: 'procedure',
  golden: 'golden unit check',
  checked: 'golden unit check',
  key: 'station key',
  here: 'station key',
  elsewhere: 'station key',
  none: 'station key',
  waiting: 'pending upload',
  run: 'run',
  runsFilter: 'filter',
  partNumber: 'pending upload',
  visa: 'VISA resource',
  instrument: 'VISA resource or serial port',
};

function placesOf(command) {
  const places = new Set(paletteCondition(command) === 'false' ? [] : ['Command Palette']);
  for (const [menu, items] of Object.entries(menus)) {
    if (menu === 'commandPalette') continue;
    for (const item of items.filter((each) => each.command === command)) places.add(menuPlace(menu, item));
  }
  for (const { command: own, key, mac, args } of keybindings) {
    const keys = `${keyName(key)} (macOS: ${keyName(mac)})`;
    if (own === command) places.add(keys);
    else if (args?.commands.includes(command)) places.add(`Stations view: ${keys}`);
  }
  return places.size > 0 ? [...places] : ['A row of a view, a message, or a quick fix'];
}

function menuPlace(menu, { when, group }) {
  if (menu === 'view/title') {
    const view = /\bview == (\S+)/.exec(when)?.[1];
    return `${view === undefined ? 'Views' : known(viewNames, view)}: title bar${group.startsWith('navigation') ? '' : ' menu'}`;
  }
  if (menu === 'view/item/context') {
    const item = /\bviewItem (?:== |=~ \/\\b\(?)(\w+)/.exec(when)?.[1];
    return `Context menu of a ${known(itemNames, item)}`;
  }
  const submenu = contributes.submenus.find(({ id }) => id === menu);
  if (submenu) return `Context menu of a station > ${localized(submenu.label)}`;
  return known(menuPlaces, menu);
}

const conditions = {
  isWorkspaceTrusted: 'in a trusted workspace',
  'testStations.running': 'while a script runs',
  'testStations.filtered': 'while stations are filtered',
  'testStations.runsFiltered': 'while runs are filtered',
  'testStations.remote': 'with a TofuPilot server',
  'testStations.questionWaits': 'while a question waits for an answer',
  'resourceScheme == test-stations-doctor': 'in a Doctor report',
};

function conditionsOf(command, enablement) {
  const all = [enablement, paletteCondition(command)].filter((each) => each !== undefined && each !== 'false');
  return all.map((condition) => known(conditions, condition));
}

function paletteCondition(command) {
  return menus.commandPalette.find((each) => each.command === command)?.when;
}

function keyName(key) {
  return key
    .split('+')
    .map((part) => part[0].toUpperCase() + part.slice(1))
    .join('+');
}

function assistantToolsPage() {
  const addresses = serverResources.map(({ uriTemplate, description, mimeType }) => [
    `\`${uriTemplate}\``,
    description,
    `\`${mimeType}\``,
  ]);
  return page(
    'Tools of assistants',
    `What an assistant can do. [Connect an assistant](../how-to/connect-an-assistant.md) says how. Every answer is JSON with the
fields that are listed, and a list that has more entries has \`next\`, the cursor of the following page.`,
    '## Through the station server',
    ...serverTools.map(toolSection),
    '## Addresses of the station server',
    table(['Address', 'Contents', 'Type'], addresses),
    '## In a VS Code window',
    ...editorTools.map(toolSection),
  );
}

function toolSection({ name, title, description, input, output, isReadOnly, isIdempotent, appUri }) {
  const { properties, required = [] } = toolSchema(input);
  const inputs = Object.entries(properties).map(([field, { type, enum: values, description: meaning = '' }]) => [
    `\`${field}\`${required.includes(field) ? '' : ' (optional)'}`,
    values ? values.map((value) => `\`${value}\``).join(', ') : String(type ?? 'any'),
    meaning,
  ]);
  const effect = isReadOnly
    ? 'Changes nothing.'
    : `Changes data. Calling it again ${isIdempotent ? 'changes nothing more' : 'changes data again'}.`;
  const fields = Object.keys(toolSchema(output).properties).map((field) => `\`${field}\``);
  return [
    `### \`${name}\`: ${title}`,
    description,
    effect,
    ...(inputs.length > 0 ? [table(['Input', 'Type', 'Meaning'], inputs)] : ['It has no input.']),
    `Answer: ${fields.join(', ')}.${appUri === undefined ? '' : ' Clients with MCP Apps show it as a page.'}`,
  ].join('\n\n');
}

function page(title, introduction, ...sections) {
  return [`# ${title}`, '<!-- Generated by `npm run reference`. -->', introduction, ...sections].join('\n\n') + '\n';
}

function table(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function localized(key) {
  return known(texts, key.replaceAll('%', ''));
}

function known(words, key) {
  if (words[key] === undefined) throw new ScriptError(`scripts/reference.mjs has no words for ${key}.`);
  return words[key];
}

function readJson(file) {
  return JSON.parse(readFileSync(join(root, file), 'utf8'));
}

await runMain(main);
