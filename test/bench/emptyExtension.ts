import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** Packs an extension that does nothing, activated by the same event as ours. @returns its file */
export function packEmptyExtension(folder: string): string {
  const source = join(folder, 'empty');
  mkdirSync(source, { recursive: true });
  const manifest = {
    name: 'empty',
    displayName: 'Empty',
    publisher: 'test-stations',
    version: '0.0.1',
    engines: { vscode: '^1.105.0' },
    activationEvents: ['onLanguage:python'],
    main: './main.js',
  };
  writeFileSync(join(source, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(source, 'main.js'), 'exports.activate = () => {};\n');
  const file = join(folder, 'empty.vsix');
  const vsce = createRequire(import.meta.url).resolve('@vscode/vsce/vsce');
  const options = ['--no-dependencies', '--allow-missing-repository', '--skip-license', '--out', file];
  const { status, stderr } = spawnSync(process.execPath, [vsce, 'package', ...options], { cwd: source });
  if (status !== 0) throw new Error(`The empty extension was not packed: ${stderr.toString()}`);
  return file;
}
