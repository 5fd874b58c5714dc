import * as vscode from 'vscode';
import type { App } from './app.ts';

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly languageModelTools: readonly { readonly name: string }[];
  };
}

/** Registers the commands and tools of the manifest. The rest is a bundle that is loaded after activation. */
export function activate(context: vscode.ExtensionContext): void {
  const app = new Promise<App>((resolve, reject) => {
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
    const run = async (...args: unknown[]): Promise<unknown> => (await app).commands.run(id, args);
    context.subscriptions.push(vscode.commands.registerCommand(id, run));
  }
  // VS Code calls them right after the activation, so they must be registered by then.
  for (const { name } of manifest.contributes.languageModelTools) {
    const tool: vscode.LanguageModelTool<unknown> = {
      prepareInvocation: async ({ input }) => (await app).assistant.prepare(name, input),
      invoke: async ({ input }, token) => (await app).assistant.invoke(name, input, token),
    };
    context.subscriptions.push(vscode.lm.registerTool(name, tool));
  }
  const changed = new vscode.EventEmitter<void>();
  const provider: vscode.McpServerDefinitionProvider<vscode.McpHttpServerDefinition> = {
    onDidChangeMcpServerDefinitions: changed.event,
    provideMcpServerDefinitions: async () => (await app).assistant.provider.provideMcpServerDefinitions(),
    resolveMcpServerDefinition: async (server) => (await app).assistant.provider.resolveMcpServerDefinition(server),
  };
  app.then(
    ({ assistant: { provider: definitions } }) => {
      context.subscriptions.push(definitions.onDidChangeMcpServerDefinitions(() => changed.fire()));
    },
    () => undefined, // it is shown above
  );
  context.subscriptions.push(changed, vscode.lm.registerMcpServerDefinitionProvider('testStations', provider));
}
