import * as vscode from 'vscode';
import type { Commands } from './vscode/commands.ts';

/**
 * Registers the commands of the manifest and returns; the rest is a file of its own, loaded once the other extensions have
 * had their turn, or by the first command.
 */
export function activate(context: vscode.ExtensionContext): void {
  const app = new Promise<Commands>((resolve, reject) => {
    setImmediate(() => {
      import('./app.ts').then(({ start }) => resolve(start(context))).catch(reject);
    });
  });
  app.catch((error: unknown) => {
    void vscode.window.showErrorMessage(vscode.l10n.t('Test Stations could not start: {0}', String(error)));
  });
  for (const id of commandsOf(context.extension.packageJSON)) {
    const run = async (...args: unknown[]): Promise<unknown> => (await app).run(id, args);
    context.subscriptions.push(vscode.commands.registerCommand(id, run));
  }
}

/** Of our own manifest, which a test holds; zod would be most of what activation loads. */
function commandsOf(manifest: unknown): string[] {
  const found: string[] = [];
  JSON.stringify(manifest, (key, value: unknown) => {
    if (key === 'command' && typeof value === 'string') found.push(value);
    return value;
  });
  return [...new Set(found)].filter((id) => id.startsWith('testStations.'));
}
