import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { environmentWithoutKeys } from '../../vscode/environment.ts';

export interface ProcedureEnvironment {
  /** Where the engine looks for it: `venv`, beside the nearest pyproject.toml or in the folder of the procedure. */
  readonly folder: string;
  readonly python: string | null;
}

/** Finds the Python environment that the engine uses: it looks at no other name, and not at VIRTUAL_ENV or PATH. */
export function findEnvironment(procedure: string): ProcedureEnvironment {
  const folder = join(projectFolder(procedure), 'venv');
  const names = process.platform === 'win32' ? ['Scripts/python.exe'] : ['bin/python', 'bin/python3'];
  for (const name of names) {
    const python = join(folder, name);
    if (existsSync(python)) return { folder, python };
  }
  return { folder, python: null };
}

function projectFolder(procedure: string): string {
  for (let folder = procedure; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'pyproject.toml'))) return folder;
    if (dirname(folder) === folder) return procedure;
  }
}

export async function hasModule(python: string, module: string): Promise<boolean> {
  try {
    const options = { timeout: 30_000, windowsHide: true, env: environmentWithoutKeys() };
    await promisify(execFile)(python, ['-c', `import ${module}`], options);
    return true;
  } catch {
    return false;
  }
}
