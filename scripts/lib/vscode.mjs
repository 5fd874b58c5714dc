import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { nodeHeaders, nodeOf } from './node.mjs';
import { npm } from './npm.mjs';
import { root } from './places.mjs';
import { marker, once } from './step.mjs';
import { Trouble } from './trouble.mjs';

/**
 * @typedef {object} VsCode a code-server, which is a VS Code for the browser
 * @property {string} name of its folder below tools/
 * @property {string} title what is installed
 * @property {string[]} replaced packages of its server in versions that bring their programs with them: its own ones take
 *   them from GitHub, which not every network reaches
 * @property {string[]} native packages of its server that have to be compiled
 * @property {() => string | undefined} node the Node that it is made for, once its packages are there
 */

/** @type {VsCode} */
const newest = {
  name: 'vscode',
  title: 'Installing a browser-served VS Code (800 MB, about a minute)',
  replaced: [],
  native: ['@vscode/spdlog'],
  node: () => process.execPath,
};

/** @type {VsCode} */
const oldest = {
  name: 'vscode-oldest',
  title: 'Installing the oldest VS Code that is supported, too (520 MB, about a minute)',
  replaced: ['@parcel/watcher@2.5.6', '@vscode/ripgrep@1.18.0'],
  native: ['@vscode/spdlog', 'native-watchdog', 'node-pty'],
  node: () => nodeOf(folderOf(oldest)),
};

/** The program file of the browser-served VS Code, to be run by Node 24. */
export const codeServer = join(serverOf(newest), 'out', 'node', 'entry.js');

export const installVsCode = () => install(newest);
export const installOldestVsCode = () => install(oldest);

/**
 * What makes the browser tests run in the oldest VS Code, after its installation.
 * @returns {NodeJS.ProcessEnv | undefined} nothing where there is no Node for it
 */
export function oldestVsCode() {
  const node = oldest.node();
  return node && { TEST_VSCODE: oldest.name, TEST_VSCODE_NODE: node };
}

/**
 * Installs a VS Code. Its own install script is not used: it downloads from elsewhere, and compiles more than is needed.
 * What is left of it: the packages of the server, those of the built-in extensions, and native modules, such as the log,
 * without which no output channel has text.
 */
function install(vsCode) {
  const folder = folderOf(vsCode);
  const lockfile = readFileSync(join(folder, 'package-lock.json'), 'utf8');
  const done = marker(join(folder, 'node_modules'), [lockfile, process.version]);
  return once({
    name: vsCode.name,
    title: vsCode.title,
    isDone: done.isThere,
    work: async (run) => {
      requireCompiler();
      await npm(run, ['ci', '--ignore-scripts'], { cwd: folder });
      const node = vsCode.node();
      if (node) {
        const server = join(serverOf(vsCode), 'lib', 'vscode');
        const options = ['--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'];
        await npm(run, ['install', ...vsCode.replaced, ...options], { cwd: server });
        await npm(run, ['install', ...options], { cwd: join(server, 'extensions') });
        await compile(run, vsCode.native, { cwd: server, node });
      }
      done.write();
    },
  });
}

async function compile(run, names, { cwd, node }) {
  const temporary = mkdtempSync(join(tmpdir(), 'node-headers-'));
  const headers = nodeHeaders(node);
  // The makefiles do not bear a space in the path of the headers.
  const link = join(temporary, 'node');
  if (headers) symlinkSync(headers, link, 'junction');
  try {
    await npm(run, ['rebuild', ...names], {
      cwd,
      env: {
        PATH: dirname(node) + delimiter + process.env.PATH,
        ...(headers && { npm_config_nodedir: link }),
      },
      trouble: "VS Code's native modules did not compile. Check the C++ compiler, then try again.",
    });
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function folderOf({ name }) {
  return join(root, 'tools', name);
}

function serverOf(vsCode) {
  return join(folderOf(vsCode), 'node_modules', 'code-server');
}

function requireCompiler() {
  if (process.platform === 'win32') return;
  const missing = ['make', 'c++'].filter((tool) => spawnSync(tool, ['--version'], { stdio: 'ignore' }).status !== 0);
  if (missing.length === 0) return;
  const remedy =
    process.platform === 'darwin' ? 'xcode-select --install' : 'on Debian and Ubuntu: apt install build-essential';
  throw new Trouble(
    `VS Code's native modules have to be compiled, and ${missing.join(' and ')} cannot be found. Install a C++ compiler (${remedy}), then try again.`,
  );
}
