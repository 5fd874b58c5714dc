import { readFileSync } from 'node:fs';
import { systemCode } from '../cli/commandError.ts';

/** Reads the page on which clients show a run; null: it was not built. */
export function loadRunApp(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}
