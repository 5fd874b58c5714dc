import { join } from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod';
import type { Commands } from '../../platform/commands.ts';
import { confirm } from '../../platform/confirm.ts';
import { UserError } from '../../platform/userError.ts';
import type { Outbox } from './outbox.ts';
import type { KeptResult } from './outboxFolder.ts';
import { showDone } from '../../platform/messages.ts';
import { withoutIcons } from '../../domain/markdown.ts';
import { oneLine } from '../../domain/oneLine.ts';

/** Retry, discard and open what waits; the status bar's hint. */
export function registerOutbox(commands: Commands, outbox: Outbox, focused: () => unknown): vscode.Disposable {
  const chosen = async (argument: unknown, title: string): Promise<KeptResult> => {
    const id = idOf(argument) ?? idOf(focused());
    const known = outbox.waiting.find((result) => result.id === id);
    if (known !== undefined) return known;
    if (outbox.waiting.length === 0) throw new UserError(vscode.l10n.t('No result waits on this machine.'));
    const items = outbox.waiting.map((result) => ({
      label: withoutIcons(nameOf(result)),
      description: result.outcome,
      result,
    }));
    const picked = await vscode.window.showQuickPick(items, { title });
    if (picked === undefined) throw new vscode.CancellationError();
    return picked.result;
  };

  commands.register('retryUpload', async (argument) => {
    const result = await chosen(argument, vscode.l10n.t('Push again'));
    const pushed = await outbox.retry(result);
    if ('kept' in pushed) throw new UserError(vscode.l10n.t('{0} was not saved: {1}', nameOf(result), pushed.kept));
    showDone(vscode.l10n.t('The result of {0} was saved', nameOf(result)));
  });

  commands.register('discardUpload', async (argument) => {
    const result = await chosen(argument, vscode.l10n.t('Discard a result'));
    const sure = await confirm({
      message: vscode.l10n.t('Discard the result of {0}?', nameOf(result)),
      detail: vscode.l10n.t(
        '{0}, {1}, on {2}. No server has it: it is lost for good.',
        result.outcome,
        new Date(result.started_at).toLocaleString(),
        result.place.station.name,
      ),
      button: vscode.l10n.t('Discard'),
    });
    if (sure) await outbox.discard(result);
  });

  commands.register('openUpload', async (argument) => {
    const result = await chosen(argument, vscode.l10n.t('Open a result'));
    await vscode.window.showTextDocument(vscode.Uri.file(join(result.folder, 'body.json')));
  });

  return vscode.Disposable.from(hint(outbox));
}

export const nameOf = ({ serial_number }: KeptResult): string =>
  serial_number === null ? vscode.l10n.t('a unit without a number') : oneLine(serial_number);

/** Of a result itself, or of its row in the Runs view. */
function idOf(argument: unknown): string | undefined {
  const row = z.object({ kept: z.object({ id: z.string() }) }).safeParse(argument).data?.kept;
  return (row ?? z.object({ id: z.string() }).safeParse(argument).data)?.id;
}

/** One item, only while something waits. */
function hint(outbox: Outbox): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('testStations.waiting', vscode.StatusBarAlignment.Left, 9);
  item.name = vscode.l10n.t('Results that wait');
  item.command = 'testStations.runs.focus';
  const show = (): void => {
    const count = outbox.waiting.length;
    item.text = `$(cloud-upload) ${count}`;
    item.tooltip =
      count === 1
        ? vscode.l10n.t('1 result waits on this machine to be saved. Click to see why.')
        : vscode.l10n.t('{0} results wait on this machine to be saved. Click to see why.', count);
    item.accessibilityInformation = { label: item.tooltip };
    if (count > 0) item.show();
    else item.hide();
  };
  show();
  return vscode.Disposable.from(item, outbox.onDidChange(show));
}
