import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const folders = [join(root, 'test', 'fixtures', 'scripts'), join(root, 'samples')];

/** A script of the tests, or one of the samples, by its file's name. */
export function scriptFile(name: string): string {
  const file = folders.map((folder) => join(folder, name)).find((each) => existsSync(each));
  if (file === undefined) throw new Error(`There is no script ${name}.`);
  return file;
}
