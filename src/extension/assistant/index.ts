import * as vscode from 'vscode';
import type { Commands } from '../vscode/commands.ts';
import { extensionVersion } from '../vscode/log.ts';
import { storageFolder } from '../vscode/storageFolder.ts';
import type { Assistant } from './assistant.ts';
import type { AssistantDependencies } from './assistantDependencies.ts';
import { McpProvider } from './mcpProvider.ts';

/** What `extension.ts` registers during the activation, where VS Code expects it. */
export interface AssistantFeature {
  readonly parts: vscode.Disposable;
  readonly provider: McpProvider;
  prepare(tool: string, input: unknown): Promise<vscode.PreparedToolInvocation>;
  invoke(tool: string, input: unknown, token: vscode.CancellationToken): Promise<vscode.LanguageModelToolResult>;
}

export function registerAssistant(
  commands: Commands,
  context: vscode.ExtensionContext,
  others: Omit<AssistantDependencies, 'storage' | 'serverProgram'>,
): AssistantFeature {
  const { connection, store, log } = others;
  const provider = new McpProvider(connection, store, context.workspaceState, log, extensionVersion(context));
  let loaded: Promise<Assistant> | undefined;
  const load = (): Promise<Assistant> =>
    (loaded ??= import('./assistant.ts').then(
      (bundle) =>
        new bundle.Assistant({
          ...others,
          storage: storageFolder(context).fsPath,
          serverProgram: context.asAbsolutePath('dist/server.js'),
        }),
    ));
  commands.register('showAssistantActivity', async () => (await load()).showActivity());
  commands.register('copyAssistantConfiguration', async () => (await load()).copyConfiguration());
  commands.register('endAssistantRuns', async () => (await loaded)?.endRuns());
  const parts = vscode.Disposable.from(provider, { dispose: () => void loaded?.then((each) => each.dispose()) });
  return {
    parts,
    provider,
    prepare: async (tool, input) => (await load()).prepare(tool, input),
    invoke: async (tool, input, token) => (await load()).invoke(tool, input, token),
  };
}
