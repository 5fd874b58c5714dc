import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { root } from './places.mjs';
import { venvPython } from './python.mjs';

const file = join(root, 'test', 'bench', 'RESULTS.md');
const versions = `
import platform
from importlib.metadata import version
print(f"Python {platform.python_version()}, openhtf {version('openhtf')}, tofupilot {version('tofupilot')}")
`;

/**
 * Writes one table of all benchmarks, with the machine and the versions that they ran with.
 * @param {{ title: string, lines: import('../../test/bench/table.ts').Line[] }[]} tables
 */
export async function writeResults(tables) {
  const rows = tables.flatMap(({ title, lines }) =>
    lines.map(({ what, found, aim }) => `| ${[title, what.trim(), found, ...judged(aim)].join(' | ')} |`),
  );
  const text = `# Benchmarks

The last \`npm run bench\`: ${new Date().toISOString().slice(0, 10)}, ${machine()}.

The ratio is that of what was found to the aim: up to 1.00 it is met. Where an aim names a peer, such as the raw limit or
plain Python, both were measured in the same run, turn by turn.

| benchmark | what | found | aim | ratio |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
  writeFileSync(file, await format(text, { ...(await resolveConfig(file)), filepath: file }));
}

const judged = (aim) => (aim ? [aim.words, `${aim.ratio.toFixed(2)}${aim.ratio > 1 ? ' **missed**' : ''}`] : ['', '']);

function machine() {
  const processors = cpus();
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const vscode = join(root, 'tools', 'vscode', 'node_modules', 'code-server', 'lib', 'vscode', 'package.json');
  return [
    `${processors.length} × ${processors[0]?.model.trim() || 'a processor without a name'}`,
    `${(totalmem() / 2 ** 30).toFixed(0)} GB`,
    `${type()} ${release()}`,
    `Node ${process.versions.node}`,
    `VS Code ${JSON.parse(readFileSync(vscode, 'utf8')).version} in a browser`,
    spawnSync(venvPython('newest'), ['-c', versions], { encoding: 'utf8' }).stdout.trim(),
    `Test Stations ${version}`,
  ].join(', ');
}
