import * as vscode from 'vscode';
import type { Services } from '../connection/services.ts';
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
  services: Services,
  run: Pick<AssistantDependencies, 'runForAssistant' | 'isInUse' | 'diagnose'>,
): AssistantFeature {
  const { commands, context } = services;
  const provider = new McpProvider(services);
  let loaded: Promise<Assistant> | undefined;
  const load = (): Promise<Assistant> =>
    (loaded ??= import('./assistant.ts').then(
      (bundle) =>
        new bundle.Assistant({
          ...services,
          ...run,
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
