import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The checkout. */
export const root = join(import.meta.dirname, '..', '..', '..');

/** What the build and test runs leave behind. */
export const build = join(root, 'build');

/** The folder in `tools` of the VS Code under test. */
const vsCode = process.env['TEST_VSCODE'] ?? 'vscode';

/** For screenshots and logs of failures: runs in another VS Code leave theirs beside those of the usual one. */
export const leavings = vsCode === 'vscode' ? build : join(build, vsCode);

/** The program file of code-server, and the Node that runs it. Throws before the set-up ran. */
export function codeServer(): { node: string; entry: string } {
  const entry = join(root, 'tools', vsCode, 'node_modules', 'code-server', 'out', 'node', 'entry.js');
  return { node: process.env['TEST_VSCODE_NODE'] ?? process.execPath, entry: installed(entry) };
}

/** The folder of the extensions that are a part of the VS Code under test. */
export function builtInExtensions(): string {
  return join(codeServer().entry, '..', '..', '..', 'lib', 'vscode', 'extensions');
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
