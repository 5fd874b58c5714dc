import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { safeFileName } from '../../../shared/format/fileNames.ts';
import { plainMessage } from '../../../shared/format/oneLine.ts';
import { offer, showInformation } from '../../vscode/messages.ts';
import { createDiskFile, type ExportFile } from './diskFile.ts';

export interface FileFormat {
  readonly extension: string;
  readonly name: string;
}

/** Writes the content of an export. @param report shows how far it is */
export type WriteExport = (
  file: Pick<ExportFile, 'write'>,
  report: (message: string) => void,
  token: vscode.CancellationToken,
) => Promise<void>;

/** Asks where to save an export and writes it. A failed export leaves no file. */
export async function saveExport(name: string, format: FileFormat, write: WriteExport): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(homedir());
  const target = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.joinPath(folder, safeFileName(`${name}.${format.extension}`)),
    filters: { [format.name]: [format.extension] },
    saveLabel: vscode.l10n.t('Export'),
  });
  if (target === undefined) throw new vscode.CancellationError();
  await withProgressWhenSlow(vscode.l10n.t('Exporting…'), async (report, token) =>
    writeFile(target, write, (message) => report(plainMessage(message)), token),
  );
  void showSaved(target, format);
}

/** Shows a notification with the progress after a second, because one that appears only for a moment is a distraction. */
async function withProgressWhenSlow(
  title: string,
  work: (report: (message: string) => void, token: vscode.CancellationToken) => Promise<void>,
): Promise<void> {
  const cancellation = new vscode.CancellationTokenSource();
  let latest: string | undefined;
  let show: ((message: string) => void) | undefined;
  const done = work((message) => {
    latest = message;
    show?.(message);
  }, cancellation.token);
  const timer = setTimeout(() => {
    void vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title, cancellable: true },
      async (progress, token) => {
        token.onCancellationRequested(() => {
          cancellation.cancel();
        });
        show = (message) => {
          progress.report({ message });
        };
        if (latest !== undefined) show(latest);
        await done.catch(() => undefined); // The caller reports the error.
      },
    );
  }, 1_000);
  try {
    await done;
  } finally {
    clearTimeout(timer);
    cancellation.dispose();
  }
}

async function writeFile(
  target: vscode.Uri,
  write: WriteExport,
  report: (message: string) => void,
  token: vscode.CancellationToken,
): Promise<void> {
  const file = target.scheme === 'file' ? await createDiskFile(target.fsPath) : memoryFile(target);
  try {
    await write(file, report, token);
    if (token.isCancellationRequested) throw new vscode.CancellationError();
    await file.save();
  } catch (error) {
    await file.discard().catch(() => undefined); // The first error is the one to report.
    throw error;
  }
}

/** For files that only VS Code can write, such as those of a browser's machine. */
function memoryFile(target: vscode.Uri): ExportFile {
  const parts: Uint8Array[] = [];
  return {
    write: (bytes) => {
      parts.push(bytes);
      return Promise.resolve();
    },
    save: async () => vscode.workspace.fs.writeFile(target, Buffer.concat(parts)),
    discard: () => Promise.resolve(),
  };
}

async function showSaved(target: vscode.Uri, { extension }: FileFormat): Promise<void> {
  const isHere =
    target.scheme === 'file' && vscode.env.remoteName === undefined && vscode.env.uiKind === vscode.UIKind.Desktop;
  const { executeCommand } = vscode.commands;
  const open = { label: vscode.l10n.t('Open'), run: () => executeCommand('vscode.open', target) };
  const reveal = { label: vscode.l10n.t('Reveal'), run: () => executeCommand('revealFileInOS', target) };
  const browse = { label: vscode.l10n.t('Open in Browser'), run: () => vscode.env.openExternal(target) };
  const actions = [
    ...(extension === 'html' && isHere ? [browse] : extension === 'parquet' ? [] : [open]),
    ...(isHere ? [reveal] : []),
  ];
  await offer(showInformation, vscode.l10n.t('Saved as {0}.', vscode.workspace.asRelativePath(target)), actions);
}
