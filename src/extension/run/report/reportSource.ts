import { attachments } from '../../../shared/contract/attachments.ts';
import { type Run, runs } from '../../../shared/contract/runs.ts';
import type { Connection } from '../../connection/connection.ts';
import type { UploadQueue } from '../uploads/uploadQueue.ts';

export interface Attachment {
  readonly id: string;
  readonly name: string;
}

/** Where the run of a report comes from. */
export interface ReportSource {
  /** @throws ApiError, UserError when it cannot be loaded */
  load(): Promise<{ readonly run: Run; readonly isSaved: boolean }>;
  /** @throws ApiError, UserError when it was never uploaded, or cannot be loaded */
  content(attachment: Attachment): Promise<Uint8Array<ArrayBuffer>>;
}

/** A run on the server. */
export function runSource(connection: Connection, id: string): ReportSource {
  return {
    load: async () => ({ run: await connection.call(runs.get, { params: { id } }), isSaved: true }),
    content: async (attachment) => {
      // An address is good for an hour only, a report stays open for days.
      const { url } = await connection.call(attachments.finalize, { params: { id: attachment.id } });
      return connection.download(url);
    },
  };
}

/** A result that waits on this machine; when it has been saved meanwhile, its run on the server. */
export function keptSource(outbox: UploadQueue, id: string, connection: Connection): ReportSource {
  const saved = (): ReportSource | undefined => {
    const runId = outbox.runOf(id);
    return runId === undefined ? undefined : runSource(connection, runId);
  };
  return {
    load: async () => saved()?.load() ?? { run: await outbox.asRun(id), isSaved: false },
    content: async (attachment) => saved()?.content(attachment) ?? outbox.attachment(id, attachment.id),
  };
}
