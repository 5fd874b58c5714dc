import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * Puts `sitecustomize.py`, which Python loads at its start in station terminals and in child processes of scripts, into a
 * folder of its own outside of the extension: Python writes bytecode beside it, and a terminal outlives an update of the
 * extension.
 * @param runner path of the runner's main file @param storage path of a folder for what is to be kept
 * @returns the folder, for PYTHONPATH
 */
export async function startupModules(runner: string, storage: string): Promise<string> {
  const folder = join(storage, 'startup');
  const file = join(folder, 'sitecustomize.py');
  await mkdir(folder, { recursive: true });
  const part = `${file}.${randomUUID()}.part`; // other runs and windows write it too
  await writeFile(part, await readFile(join(dirname(runner), 'startup', 'sitecustomize.py')));
  await rename(part, file); // a Python that starts meanwhile sees a whole file
  return folder;
}
