import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packExtension } from '../e2e/support/packExtension.ts';

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
  return packExtension(source, join(folder, 'empty.vsix'));
}
