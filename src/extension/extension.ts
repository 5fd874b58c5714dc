import * as vscode from 'vscode';
import type { Commands } from './vscode/commands.ts';

interface Manifest {
  readonly contributes: { readonly commands: readonly { readonly command: string }[] };
}

/**
 * Registers the commands of the manifest. The rest is a bundle of its own, which is loaded after the other extensions have
 * been activated.
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
  // A test checks the manifest. Parsing it with zod would take most of the time of the activation.
  const manifest = context.extension.packageJSON as Manifest;
  for (const { command: id } of manifest.contributes.commands) {
    const run = async (...args: unknown[]): Promise<unknown> => (await app).run(id, args);
    context.subscriptions.push(vscode.commands.registerCommand(id, run));
  }
}
