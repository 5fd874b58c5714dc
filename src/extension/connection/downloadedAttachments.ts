import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { attachments } from '../../shared/contract/attachments.ts';
import { safeFileName } from '../../shared/format/fileNames.ts';
import { saveAs } from '../vscode/saveAs.ts';
import type { Connection } from './connection.ts';

export interface Attachment {
  readonly id: string;
  readonly name: string;
}

export async function downloadAttachment(connection: Connection, { id }: Attachment): Promise<Uint8Array<ArrayBuffer>> {
  // An address expires after an hour, but a page stays open for days.
  const { url } = await connection.call(attachments.finalize, { params: { id } });
  return connection.download(url);
}

/** Opens and saves the attachments of one page. Opened ones are files of a temporary folder that is removed at the end. */
export class DownloadedAttachments implements vscode.Disposable {
  readonly #download: (attachment: Attachment) => Promise<Uint8Array<ArrayBuffer>>;
  #folder: string | undefined;

  constructor(download: (attachment: Attachment) => Promise<Uint8Array<ArrayBuffer>>) {
    this.#download = download;
  }

  async open(attachment: Attachment): Promise<void> {
    this.#folder ??= mkdtempSync(join(tmpdir(), 'test-stations-'));
    const uri = vscode.Uri.file(join(this.#folder, attachment.id, safeFileName(attachment.name)));
    await vscode.workspace.fs.writeFile(uri, await this.#download(attachment));
    await vscode.commands.executeCommand('vscode.open', uri);
  }

  async save(attachment: Attachment): Promise<void> {
    await saveAs(safeFileName(attachment.name), () => this.#download(attachment));
  }

  dispose(): void {
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }
}
