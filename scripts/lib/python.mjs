import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ScriptError } from './main.mjs';
import { root } from './paths.mjs';
import { marker, runUnlessDone } from './step.mjs';

const candidates = [['python3'], ['python'], ['py', '-3']];
const ask = 'import sys; print(sys.executable); print("%d.%d" % sys.version_info[:2])';

/**
 * Returns a Python 3.10 or later.
 * @returns {{ program: string, version: string }}
 */
function findPython() {
  const tooOld = [];
  for (const [program, ...args] of candidates) {
    const { status, stdout } = spawnSync(program, [...args, '-c', ask], { encoding: 'utf8', timeout: 30_000 });
    if (status !== 0) continue;
    const [executable, version] = stdout.trim().split(/\r?\n/);
    const [major, minor] = version.split('.').map(Number);
    if (major === 3 && minor >= 10) return { program: executable, version };
    tooOld.push(version);
  }
  throw new ScriptError(
    `Python 3.10 or later is needed, and ${tooOld.length > 0 ? `only ${tooOld[0]}` : 'none'} is on the PATH. ` +
      'Install it (on Debian and Ubuntu: apt install python3 python3-venv), then try again.',
  );
}

export function venvPython(name) {
  const folder = join(root, '.venvs', name);
  return process.platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python');
}

/** Returns the interpreters with the newest and the oldest supported openhtf and tofupilot. */
export function testPythons() {
  return ['newest', 'baseline'].map(venvPython).join(delimiter);
}

/**
 * Creates the virtual environment `.venvs/<name>` with exactly the packages of `tools/python/<name>.txt`.
 * @param {'newest' | 'baseline' | 'tools' | 'schemathesis' | 'duckdb'} name
 */
export function installVenv(name) {
  const python = findPython();
  const folder = join(root, '.venvs', name);
  const requirements = join(root, 'tools', 'python', `${name}.txt`);
  const done = marker(folder, [readFileSync(requirements, 'utf8'), python.program, python.version, folder]);
  return runUnlessDone({
    name: `python-${name}`,
    title: `Creating the Python environment "${name}" (Python ${python.version})`,
    isDone: done.isCurrent,
    work: async (run) => {
      rmSync(folder, { recursive: true, force: true });
      await run(python.program, ['-m', 'venv', folder], {
        errorMessage: `${python.program} cannot create virtual environments. Install its venv module (on Debian and Ubuntu: apt install python3-venv), then try again.`,
      });
      await run(
        venvPython(name),
        ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', '--no-deps', '-r', requirements],
        {
          errorMessage: `pip could not install tools/python/${name}.txt. Check that its package index can be reached, then try again.`,
        },
      );
      done.write();
    },
  });
}
