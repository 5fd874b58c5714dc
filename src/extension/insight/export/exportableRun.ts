import type { Run } from '../../../shared/contract/runs.ts';

/** A run of a server, or one that has not been uploaded yet. */
export interface ExportableRun {
  readonly run: Run;
  readonly content: (attachment: Run['attachments'][number]) => Promise<Uint8Array>;
}
