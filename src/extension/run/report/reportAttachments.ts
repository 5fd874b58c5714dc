import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { safeFileName } from '../../../shared/format/fileNames.ts';
import { saveAs } from '../../vscode/saveAs.ts';
import type { Attachment, ReportSource } from './reportSource.ts';

/** The attachments of one run: fetched when asked for; those that were opened are files of a folder that ends with it. */
export class ReportAttachments implements vscode.Disposable {
  readonly #source: ReportSource;
  #folder: string | undefined;

  constructor(source: ReportSource) {
    this.#source = source;
  }

  /** @throws ApiError when it was never uploaded, or cannot be had */
  content(attachment: Attachment): Promise<Uint8Array<ArrayBuffer>> {
    return this.#source.content(attachment);
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
