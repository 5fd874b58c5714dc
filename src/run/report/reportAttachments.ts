import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Connection } from '../../connection/connection.ts';
import { attachments } from '../../contract/attachments.ts';
import { safeFileName } from '../../domain/fileNames.ts';
import { saveAs } from '../../platform/saveAs.ts';

interface Attachment {
  id: string;
  name: string;
}

/** The attachments of one run: fetched when asked for; those that were opened are files of a folder that ends with it. */
export class ReportAttachments implements vscode.Disposable {
  readonly #connection: Connection;
  #folder: string | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** @throws ApiError when it was never uploaded, or cannot be had */
  async content({ id }: Attachment): Promise<Uint8Array<ArrayBuffer>> {
    // An address is good for an hour only, a report stays open for days.
    const { url } = await this.#connection.call(attachments.finalize, { params: { id } });
    return this.#connection.download(url);
  }

  async open(attachment: Attachment): Promise<void> {
    this.#folder ??= mkdtempSync(join(tmpdir(), 'test-stations-'));
    const uri = vscode.Uri.file(join(this.#folder, attachment.id, safeFileName(attachment.name)));
    await vscode.workspace.fs.writeFile(uri, await this.content(attachment));
    await vscode.commands.executeCommand('vscode.open', uri);
  }

  async save(attachment: Attachment): Promise<void> {
    await saveAs(safeFileName(attachment.name), () => this.content(attachment));
  }

  dispose(): void {
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }
}
