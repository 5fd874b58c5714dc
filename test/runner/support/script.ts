import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe } from 'mocha';

const pythons = (process.env['TEST_PYTHONS'] ?? '').split(path.delimiter).filter((each) => each !== '');
if (pythons.length === 0) {
  throw new Error(
    'TEST_PYTHONS is not set. Give it the interpreters to test with, each with openhtf and tofupilot installed.',
  );
}

/** Runs the tests with the newest and with the oldest supported OpenHTF and TofuPilot client. */
export function withEachPython(title: string, tests: (python: string) => void): void {
  for (const python of pythons) withPython(python, title, tests);
}

/**
 * Runs the tests with the first Python that `TEST_PYTHONS` names, which has the newest packages. `npm run test:full` and
 * `npm test -- runner` run them with the oldest, too.
 */
export function withNewestPython(title: string, tests: (python: string) => void): void {
  for (const python of pythons.slice(0, 1)) withPython(python, title, tests);
}

function withPython(python: string, title: string, tests: (python: string) => void): void {
  describe(`${title} with ${python}`, function () {
    this.timeout(60_000);
    tests(python);
  });
}

export async function scriptFolder(files: Record<string, string>, name = 'station'): Promise<string> {
  const folder = path.join(await temporaryFolder(), name);
  for (const [file, text] of Object.entries(files)) {
    const target = path.join(folder, file);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, text);
  }
  return folder;
}

export async function script(text: string): Promise<string> {
  return path.join(await scriptFolder({ 'main.py': text }), 'main.py');
}

const folders: string[] = [];

async function temporaryFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'runner-')));
  folders.push(folder);
  return folder;
}

after(async function () {
  this.timeout(60_000);
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
});
