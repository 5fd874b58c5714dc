import { type Run, runs } from '../../../shared/contract/runs.ts';
import type { Connection } from '../../connection/connection.ts';
import { type Attachment, downloadAttachment } from '../../connection/downloadedAttachments.ts';
import type { UploadQueue } from '../uploads/uploadQueue.ts';

export interface ReportSource {
  load(): Promise<{ readonly run: Run; readonly isSaved: boolean }>;
  content(attachment: Attachment): Promise<Uint8Array<ArrayBuffer>>;
}

export function runSource(connection: Connection, id: string): ReportSource {
  return {
    load: async () => ({ run: await connection.call(runs.get, { params: { id } }), isSaved: true }),
    content: (attachment) => downloadAttachment(connection, attachment),
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
