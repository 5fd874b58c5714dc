import { basename } from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod';
import { withoutIcons } from '../../../shared/format/markdown.ts';
import { oneLine } from '../../../shared/format/oneLine.ts';
import type { Commands } from '../../vscode/commands.ts';
import { confirm, showDone, showInformation } from '../../vscode/messages.ts';
import { pickOne } from '../../vscode/pick.ts';
import { UserError } from '../../vscode/userError.ts';
import { partNumberProblem, type PartNumbers } from '../questions/unitQuestions.ts';
import type { PendingUpload } from './uploadFolder.ts';
import { pendingReason, type UploadResult } from './uploadPending.ts';
import { reasonOf, type UploadQueue } from './uploadQueue.ts';

export function registerUploadCommands(
  commands: Commands,
  uploads: UploadQueue,
  partNumbers: PartNumbers,
  focused: () => unknown,
  openReport: (result: PendingUpload) => Promise<void>,
): vscode.Disposable {
  const chosen = async (argument: unknown, title: string): Promise<PendingUpload> => {
    const id = idOf(argument) ?? idOf(focused());
    const known = uploads.pending.find((result) => result.id === id);
    if (known !== undefined) return known;
    const [only, ...others] = uploads.pending;
    if (only !== undefined && others.length === 0) return only;
    if (only === undefined) throw new UserError(vscode.l10n.t('No upload is pending on this machine.'));
    const items = uploads.pending.map((result) => ({
      label: withoutIcons(unitNameOf(result)),
      description: result.outcome,
      result,
    }));
    return (await pickOne(items, { title })).result;
  };
  const requireUploaded = (result: PendingUpload, pushed: UploadResult): void => {
    if ('runId' in pushed) return;
    throw new UserError(
      vscode.l10n.t('The result of {0} was not uploaded: {1}', unitNameOf(result), pushed.pendingReason),
    );
  };

  commands.register('retryUpload', async (argument) => {
    const result = await chosen(argument, vscode.l10n.t('Retry upload'));
    requireUploaded(result, await uploads.retry(result));
    showDone(vscode.l10n.t('The result of {0} was uploaded', unitNameOf(result)));
  });

  commands.register('givePartNumber', async (argument) => {
    const result = await chosen(argument, vscode.l10n.t('Give a part number'));
    const script = vscode.Uri.file(result.script);
    const number = await vscode.window.showInputBox({
      title: vscode.l10n.t('Part number of {0}', unitNameOf(result)),
      prompt: vscode.l10n.t('The result is uploaded with this part number.'),
      value: partNumbers.lastFor(script) ?? '',
      ignoreFocusOut: true,
      validateInput: partNumberProblem,
    });
    if (number === undefined) return;
    await partNumbers.save(script, number.trim());
    for (const each of await withOthers(result)) {
      requireUploaded(each, await uploads.setPartNumber(each, number.trim()));
    }
    showDone(vscode.l10n.t('The result of {0} was uploaded', unitNameOf(result)));
  });

  const withOthers = async (result: PendingUpload): Promise<PendingUpload[]> => {
    const others = uploads.pending.filter(
      (each) =>
        each.id !== result.id && each.script === result.script && pendingReason(reasonOf(each)).remedy === 'partNumber',
    );
    if (others.length === 0) return [result];
    const all = vscode.l10n.t('All {0} Results', others.length + 1);
    const only = vscode.l10n.t('Only This Result');
    const picked = await showInformation(
      vscode.l10n.t('Other results of {0} have no part number either.', basename(result.script)),
      { modal: true, detail: vscode.l10n.t('They can be uploaded with the same part number.') },
      all,
      only,
    );
    if (picked === undefined) throw new vscode.CancellationError();
    return picked === all ? [result, ...others] : [result];
  };

  commands.register('discardUpload', async (argument) => {
    const result = await chosen(argument, vscode.l10n.t('Discard pending upload'));
    const sure = await confirm({
      message: vscode.l10n.t('Discard the result of {0}?', unitNameOf(result)),
      detail: vscode.l10n.t(
        '{0}, {1}, on {2}. It has not been uploaded and cannot be restored.',
        result.outcome,
        new Date(result.started_at).toLocaleString(),
        result.place.station.name,
      ),
      button: vscode.l10n.t('Discard'),
    });
    if (sure) await uploads.discard([result]);
  });

  commands.register('discardAllUploads', async () => {
    const results = uploads.pending;
    if (results.length === 0) throw new UserError(vscode.l10n.t('No upload is pending on this machine.'));
    const names = results.slice(0, 5).map((each) => `${unitNameOf(each)} · ${each.outcome}`);
    const rest = results.length - names.length;
    const sure = await confirm({
      message:
        results.length === 1
          ? vscode.l10n.t('Discard the pending upload of this machine?')
          : vscode.l10n.t('Discard all {0} pending uploads of this machine?', results.length),
      detail: vscode.l10n.t(
        'They have not been uploaded and cannot be restored.\n\n{0}',
        [...names, ...(rest > 0 ? [vscode.l10n.t('and {0} more', rest)] : [])].join('\n'),
      ),
      button: vscode.l10n.t('Discard All'),
    });
    if (sure) await uploads.discard(results);
  });

  commands.register('openUpload', async (argument) => {
    await openReport(await chosen(argument, vscode.l10n.t('Open pending upload')));
  });

  return createStatusItem(uploads);
}

export const unitNameOf = ({ serial_number }: PendingUpload): string =>
  serial_number === null ? vscode.l10n.t('a unit without a number') : oneLine(serial_number);

function idOf(argument: unknown): string | undefined {
  const row = z.object({ kept: z.object({ id: z.string() }) }).safeParse(argument).data?.kept;
  return (row ?? z.object({ id: z.string() }).safeParse(argument).data)?.id;
}

function createStatusItem(uploads: UploadQueue): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('testStations.waiting', vscode.StatusBarAlignment.Left, 9);
  item.name = vscode.l10n.t('Pending uploads');
  item.command = 'testStations.runs.focus';
  const show = (): void => {
    const count = uploads.pending.length;
    item.text = `$(cloud-upload) ${count}`;
    item.tooltip =
      count === 1
        ? vscode.l10n.t('1 upload is pending on this machine. Click to see why.')
        : vscode.l10n.t('{0} uploads are pending on this machine. Click to see why.', count);
    item.accessibilityInformation = { label: item.tooltip };
    if (count > 0) item.show();
    else item.hide();
  };
  show();
  return vscode.Disposable.from(item, uploads.onDidChange(show));
}
