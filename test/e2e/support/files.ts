import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The texts of all files below a folder. What vanishes meanwhile, such as a journal of a database, is left out. */
export function textsBelow(folder: string): { file: string; text: string }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .flatMap(({ parentPath, name }) => {
      const file = join(parentPath, name);
      try {
        return [{ file, text: readFileSync(file, 'latin1') }];
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
        throw error;
      }
    });
}
