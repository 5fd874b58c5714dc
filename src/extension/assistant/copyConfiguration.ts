import * as vscode from 'vscode';
import { showInformation } from '../vscode/messages.ts';
import { pickOne } from '../vscode/pick.ts';
import { UserError } from '../vscode/userError.ts';
import type { AssistantDependencies } from './assistantDependencies.ts';
import { type AssistantClient, configurationFor } from './clientConfiguration.ts';

interface ClientItem extends vscode.QuickPickItem {
  readonly client: AssistantClient;
  readonly next: string;
}

/**
 * Copies the configuration that connects an assistant outside of this window. It has a placeholder for the key.
 * @throws UserError if the server in use does not serve assistants
 */
export async function copyConfiguration({ connection, serverProgram }: AssistantDependencies): Promise<void> {
  if (!(await connection.can('assistants'))) {
    throw new UserError(
      vscode.l10n.t('{0} does not serve assistants. Switch to a station server first.', connection.serverName),
    );
  }
  const picked = await pickOne(clients(connection.remote !== undefined), {
    title: vscode.l10n.t('Copy configuration for other assistants'),
    placeHolder: vscode.l10n.t('Assistant'),
  });
  const { url } = await connection.serverAddress();
  const text = configurationFor(picked.client, {
    url: new URL('/mcp', url).href,
    node: process.execPath,
    serverProgram,
    dataFolder: connection.remote === undefined ? connection.dataFolder : undefined,
  });
  await vscode.env.clipboard.writeText(text);
  void showInformation(
    vscode.l10n.t('The configuration for {0} was copied, without a key. {1}', picked.label, picked.next),
  );
}

function clients(isRemote: boolean): ClientItem[] {
  const variable = vscode.l10n.t('Set the environment variable TEST_STATIONS_KEY to a user key.');
  return [
    {
      client: 'vscode',
      label: 'VS Code',
      description: '.vscode/mcp.json',
      next: vscode.l10n.t('VS Code asks for a user key when the server starts.'),
    },
    { client: 'claudeCode', label: 'Claude Code', description: 'claude mcp add-json', next: variable },
    {
      client: 'claudeDesktop',
      label: 'Claude Desktop',
      description: 'claude_desktop_config.json',
      next: isRemote
        ? vscode.l10n.t('Replace the placeholder with a user key.')
        : vscode.l10n.t('It reads the data folder and needs no key.'),
    },
    { client: 'cursor', label: 'Cursor', description: '.cursor/mcp.json', next: variable },
  ];
}
