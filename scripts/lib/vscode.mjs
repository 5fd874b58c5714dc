import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeHeaders } from './node.mjs';
import { npm } from './npm.mjs';
import { root } from './places.mjs';
import { marker, once } from './step.mjs';
import { Trouble } from './trouble.mjs';

const folder = join(root, 'tools', 'vscode');
const server = join(folder, 'node_modules', 'code-server');

/** The program file of the browser-served VS Code, to be run by Node 24. */
export const codeServer = join(server, 'out', 'node', 'entry.js');

/**
 * Installs code-server, a VS Code for the browser. Its own install script is not used: it downloads from elsewhere, and
 * compiles more than is needed. What is left of it: the packages of the server, those of the built-in extensions, and
 * the native log module, without which no output channel has text.
 */
export function installVsCode() {
  const lockfile = readFileSync(join(folder, 'package-lock.json'), 'utf8');
  const done = marker(join(folder, 'node_modules'), [lockfile, process.version]);
  return once({
    name: 'vscode',
    title: 'Installing a browser-served VS Code (800 MB, about a minute)',
    isDone: done.isThere,
    work: async (run) => {
      requireCompiler();
      await npm(run, ['ci', '--ignore-scripts'], { cwd: folder });
      const code = join(server, 'lib', 'vscode');
      const install = ['install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'];
      await npm(run, install, { cwd: code });
      await npm(run, install, { cwd: join(code, 'extensions') });
      await compileLog(run, code);
      done.write();
    },
  });
}

async function compileLog(run, code) {
  const temporary = mkdtempSync(join(tmpdir(), 'node-headers-'));
  const headers = nodeHeaders();
  // The makefiles do not bear a space in the path of the headers.
  const link = join(temporary, 'node');
  if (headers) symlinkSync(headers, link, 'junction');
  try {
    await npm(run, ['rebuild', '@vscode/spdlog'], {
      cwd: code,
      env: headers ? { npm_config_nodedir: link } : {},
      trouble: "VS Code's log module did not compile. Check the C++ compiler, then try again.",
    });
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function requireCompiler() {
  if (process.platform === 'win32') return;
  const missing = ['make', 'c++'].filter((tool) => spawnSync(tool, ['--version'], { stdio: 'ignore' }).status !== 0);
  if (missing.length === 0) return;
  const remedy =
    process.platform === 'darwin' ? 'xcode-select --install' : 'on Debian and Ubuntu: apt install build-essential';
  throw new Trouble(
    `VS Code's log module has to be compiled, and ${missing.join(' and ')} cannot be found. Install a C++ compiler (${remedy}), then try again.`,
  );
}
