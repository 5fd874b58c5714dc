import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeHeaders } from './node.mjs';
import { npm } from './npm.mjs';
import { root } from './places.mjs';
import { marker, once } from './step.mjs';
import { Trouble } from './trouble.mjs';

/** The folder of `tools` whose VS Code is used. */
const which = process.env.TEST_VSCODE ?? 'vscode';
const folder = join(root, 'tools', which);
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
    name: which,
    title: 'Installing a browser-served VS Code (800 MB, about a minute)',
    isDone: done.isThere,
    work: async (run) => {
      requireCompiler();
      await npm(run, ['ci', '--ignore-scripts'], { cwd: folder });
      const code = join(server, 'lib', 'vscode');
      takeReleasedWatcher(code);
      const install = ['install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'];
      await npm(run, install, { cwd: code });
      await npm(run, install, { cwd: join(code, 'extensions') });
      await compile(run, code, '@vscode/spdlog');
      // A newer one brings it compiled, or does without.
      if (!existsSync(join(folder, 'node_modules', 'argon2', 'prebuilds'))) {
        await compile(run, folder, 'argon2');
        await compile(run, code, 'native-watchdog');
      }
      done.write();
    },
  });
}

/** An older VS Code takes its file watcher from GitHub, which not every network reaches: its release does the same. */
function takeReleasedWatcher(code) {
  const watcher = '@parcel/watcher';
  const manifest = read('package.json');
  if (/^[\^~]?\d/.test(manifest.dependencies[watcher])) return;
  const shrinkwrap = read('npm-shrinkwrap.json');
  manifest.dependencies[watcher] = shrinkwrap.packages[''].dependencies[watcher] = '^2.5.6';
  delete shrinkwrap.packages[`node_modules/${watcher}`];
  write('package.json', manifest);
  write('npm-shrinkwrap.json', shrinkwrap);

  function read(name) {
    return JSON.parse(readFileSync(join(code, name), 'utf8'));
  }
  function write(name, content) {
    writeFileSync(join(code, name), JSON.stringify(content));
  }
}

async function compile(run, cwd, name) {
  const temporary = mkdtempSync(join(tmpdir(), 'node-headers-'));
  const headers = nodeHeaders();
  // The makefiles do not bear a space in the path of the headers.
  const link = join(temporary, 'node');
  if (headers) symlinkSync(headers, link, 'junction');
  try {
    await npm(run, ['rebuild', name], {
      cwd,
      env: headers ? { npm_config_nodedir: link } : {},
      trouble: `${name}, which VS Code needs, did not compile. Check the C++ compiler, then try again.`,
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
