import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The checkout. */
export const root = join(import.meta.dirname, '..', '..', '..');

/** What test runs leave behind: screenshots, logs of failures. */
export const build = join(root, 'build');

const codeServerEntry = join(root, 'tools', 'vscode', 'node_modules', 'code-server', 'out', 'node', 'entry.js');

/** The program file of code-server. Throws before the set-up ran. */
export function codeServer(): string {
  return installed(codeServerEntry);
}

/** The packaged extension under test; `TEST_VSIX` names another one. */
export function vsix(): string {
  return installed(process.env['TEST_VSIX'] ?? join(build, 'test-stations.vsix'));
}

/** Chromium or Chrome, found by the set-up. */
export function chromium(): string {
  return installed(process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium');
}

function installed(file: string): string {
  if (!existsSync(file)) throw new Error(`${file} is missing. Run these tests by "npm test -- e2e", which sets it up.`);
  return file;
}
