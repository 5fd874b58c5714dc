import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { ScriptError } from './main.mjs';
import { nodeHeaders, nodeOf } from './node.mjs';
import { npm } from './npm.mjs';
import { root } from './paths.mjs';
import { marker, runUnlessDone } from './step.mjs';

/**
 * @typedef {object} VsCode a code-server, which is a VS Code for the browser
 * @property {string} name its folder below tools/
 * @property {string} title for the progress line
 * @property {string[]} replaced packages in versions that contain their programs, which others download from GitHub
 * @property {string[]} native packages that have to be compiled
 * @property {() => string | undefined} node the Node that it requires, after its packages are installed
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
  title: 'Installing the oldest supported VS Code (520 MB, about a minute)',
  replaced: ['@parcel/watcher@2.5.6', '@vscode/ripgrep@1.18.0'],
  native: ['@vscode/spdlog', 'native-watchdog', 'node-pty'],
  node: () => nodeOf(folderOf(oldest)),
};

export const codeServer = join(serverOf(newest), 'out', 'node', 'entry.js');

export const installVsCode = () => install(newest);
export const installOldestVsCode = () => install(oldest);

/**
 * Returns the environment that makes the browser tests use the oldest VS Code.
 * @returns {NodeJS.ProcessEnv | undefined} undefined if npm has no Node for it
 */
export function oldestVsCode() {
  const node = oldest.node();
  return node && { TEST_VSCODE: oldest.name, TEST_VSCODE_NODE: node };
}

/**
 * Installs a VS Code without its own install script, which downloads from other sites and compiles more than is needed.
 * The native modules include the log, without which no output channel has text.
 */
function install(vsCode) {
  const folder = folderOf(vsCode);
  const lockfile = readFileSync(join(folder, 'package-lock.json'), 'utf8');
  const done = marker(join(folder, 'node_modules'), [lockfile, process.version]);
  return runUnlessDone({
    name: vsCode.name,
    title: vsCode.title,
    isDone: done.isCurrent,
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
  // The makefiles fail on a space in the path of the headers.
  const link = join(temporary, 'node');
  if (headers) symlinkSync(headers, link, 'junction');
  try {
    await npm(run, ['rebuild', ...names], {
      cwd,
      env: {
        PATH: dirname(node) + delimiter + process.env.PATH,
        ...(headers && { npm_config_nodedir: link }),
      },
      errorMessage: "VS Code's native modules could not be compiled. Check the C++ compiler, then try again.",
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
  throw new ScriptError(
    `VS Code's native modules have to be compiled, and ${missing.join(' and ')} cannot be found. Install a C++ compiler (${remedy}), then try again.`,
  );
}
