import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { installBrowser } from './lib/browser.mjs';
import { runMain, runNode, ScriptError } from './lib/main.mjs';
import { useNode24 } from './lib/node.mjs';
import { installPackages } from './lib/npm.mjs';
import { build, root } from './lib/paths.mjs';
import { installVenv, testPythons, venvPython } from './lib/python.mjs';
import { installVsCode } from './lib/vscode.mjs';

const benchmarks = [
  ...[
    'server',
    'outage',
    'herd',
    'run',
    'kinds',
    'operator',
    'uptime',
    'uptimePanel',
    'editor',
    'discovery',
    'analytics',
  ],
  'assistant',
];
const resultsFile = join(root, 'test', 'bench', 'RESULTS.md');
const printVersions = `
import platform
from importlib.metadata import version
print(f"Python {platform.python_version()}, openhtf {version('openhtf')}, tofupilot {version('tofupilot')}")
`;

/** `npm run bench` writes the results of all benchmarks to test/bench/RESULTS.md. `npm run bench -- server` runs one. */
async function main() {
  const [name, ...args] = process.argv.slice(2);
  if (name !== undefined && !benchmarks.includes(name))
    throw new ScriptError(`Name one benchmark, or none for all: ${benchmarks.join(', ')}.`);
  await useNode24(import.meta.url);
  await installPackages();
  process.env.CHROMIUM_PATH = await installBrowser();
  await installVsCode();
  await installVenv('newest');
  process.env.TEST_PYTHONS = testPythons();
  if (name === undefined || name === 'analytics') {
    await installVenv('duckdb');
    process.env.DUCKDB_PYTHON = venvPython('duckdb');
  }
  runNode(['scripts/package.mjs'], 'The build of the package');
  const measure = (benchmark) => {
    const command = ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', `test/bench/${benchmark}.ts`, ...args];
    return spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' }).status ?? 1;
  };
  if (name !== undefined) return measure(name);

  const tables = [];
  const file = join(build, 'bench.jsonl');
  mkdirSync(build, { recursive: true });
  process.env.BENCH_TABLE = file;
  for (const title of benchmarks) {
    console.log(`\n▸ ${title}`);
    rmSync(file, { force: true });
    const code = measure(title);
    if (code !== 0) return code;
    const written = readFileSync(file, 'utf8').trim().split('\n');
    tables.push({ title, lines: written.flatMap((line) => JSON.parse(line)) });
  }
  await writeResults(tables);
  return 0;
}

/** @param {{ title: string, lines: import('../test/bench/table.ts').Line[] }[]} tables */
async function writeResults(tables) {
  const rows = tables.flatMap(({ title, lines }) =>
    lines.map(({ what, found, aim }) => `| ${[title, what.trim(), found, ...aimColumns(aim)].join(' | ')} |`),
  );
  const text = `# Benchmarks

The last \`npm run bench\`: ${new Date().toISOString().slice(0, 10)}, ${describeMachine()}.

The ratio is that of what was found to the aim: up to 1.00 it is met. Where an aim names a peer, such as the raw limit or
plain Python, both were measured in the same run, turn by turn.

| benchmark | what | found | aim | ratio |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
  // Its packages may have been installed just now.
  const { format } = await import('oxfmt');
  writeFileSync(resultsFile, (await format(resultsFile, text)).code);
}

const aimColumns = (aim) =>
  aim ? [aim.words, `${aim.ratio.toFixed(2)}${aim.ratio > 1 ? ' **missed**' : ''}`] : ['', ''];

function describeMachine() {
  const processors = cpus();
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const vscode = join(root, 'tools', 'vscode', 'node_modules', 'code-server', 'lib', 'vscode', 'package.json');
  return [
    `${processors.length} × ${processors[0]?.model.trim() || 'an unnamed processor'}`,
    `${(totalmem() / 2 ** 30).toFixed(0)} GB`,
    `${type()} ${release()}`,
    `Node ${process.versions.node}`,
    `VS Code ${JSON.parse(readFileSync(vscode, 'utf8')).version} in a browser`,
    spawnSync(venvPython('newest'), ['-c', printVersions], { encoding: 'utf8' }).stdout.trim(),
    `Test Stations ${version}`,
  ].join(', ');
}

await runMain(main);
