import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { attachments } from '../../../shared/contract/attachments.ts';
import { type Run, runs } from '../../../shared/contract/runs.ts';
import { safeFileName } from '../../../shared/format/fileNames.ts';
import type { Connection } from '../../connection/connection.ts';
import { saveAs } from '../../vscode/saveAs.ts';
import type { UploadQueue } from '../uploads/uploadQueue.ts';

export interface Attachment {
  readonly id: string;
  readonly name: string;
}

export interface ReportSource {
  load(): Promise<{ readonly run: Run; readonly isSaved: boolean }>;
  content(attachment: Attachment): Promise<Uint8Array<ArrayBuffer>>;
}

export function runSource(connection: Connection, id: string): ReportSource {
  return {
    load: async () => ({ run: await connection.call(runs.get, { params: { id } }), isSaved: true }),
    content: async (attachment) => {
      // An address expires after an hour, but a report stays open for days.
      const { url } = await connection.call(attachments.finalize, { params: { id: attachment.id } });
      return connection.download(url);
    },
  };
}

/** Returns the source of a pending upload; once it is saved, that of its run on the server. */
export function pendingSource(uploads: UploadQueue, id: string, connection: Connection): ReportSource {
  const saved = (): ReportSource | undefined => {
    const runId = uploads.runIdOf(id);
    return runId === undefined ? undefined : runSource(connection, runId);
  };
  return {
    load: async () => saved()?.load() ?? { run: await uploads.asRun(id), isSaved: false },
    content: async (attachment) => saved()?.content(attachment) ?? uploads.attachment(id, attachment.id),
  };
}

/** Opens and saves the attachments of one run. Opened ones are files of a temporary folder that is removed at the end. */
export class ReportAttachments implements vscode.Disposable {
  readonly #source: ReportSource;
  #folder: string | undefined;

  constructor(source: ReportSource) {
    this.#source = source;
  }

  async open(attachment: Attachment): Promise<void> {
    this.#folder ??= mkdtempSync(join(tmpdir(), 'test-stations-'));
    const uri = vscode.Uri.file(join(this.#folder, attachment.id, safeFileName(attachment.name)));
    await vscode.workspace.fs.writeFile(uri, await this.#source.content(attachment));
    await vscode.commands.executeCommand('vscode.open', uri);
  }

  async save(attachment: Attachment): Promise<void> {
    await saveAs(safeFileName(attachment.name), () => this.#source.content(attachment));
  }

  dispose(): void {
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }
}
