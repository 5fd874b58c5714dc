import type { PendingUploadEntry } from '../../../shared/contract/pendingUpload.ts';
import { correctedRecord } from '../../../shared/engine/engineRecord.ts';
import type { StreamRecord } from '../../../shared/engine/streamRecord.ts';
import type { Verdict } from '../../../shared/live/runProgress.ts';
import { birthOf } from '../../vscode/processes.ts';
import { writePending } from '../uploads/writePending.ts';
import type { QueuedRecord } from './queuedRecord.ts';

export interface ResultPlace {
  /** The folder of pending uploads. */
  readonly folder: string;
  readonly place: PendingUploadEntry['place'];
  readonly script: string;
}

interface EngineResult {
  readonly executionId: string;
  readonly procedureId: string;
  readonly verdict: Verdict;
  readonly stream: StreamRecord;
  readonly record: QueuedRecord | null;
}

/**
 * Saves the result among the pending uploads, from where it is pushed exactly once: the engine's own record with our verdict, or, if
 * it left none, what it has reported.
 * @returns undefined if there is nothing to save, because the unit is unknown
 */
export async function saveResult(
  { folder, place, script }: ResultPlace,
  { executionId, procedureId, verdict, stream, record }: EngineResult,
): Promise<{ missing: string[] } | undefined> {
  const body =
    record === null
      ? stream.body(procedureId, verdict.outcome, verdict.reason)
      : correctedRecord({ ...record.body, procedure_id: procedureId }, verdict, stream.phases);
  if (body === null) return undefined;
  const entry = {
    id: executionId,
    kind: 'v2' as const,
    place,
    script,
    pid: process.pid,
    birth: await birthOf(process.pid),
    serial_number: body.serial_number,
    outcome: verdict.outcome,
    started_at: Date.parse(body.started_at),
  };
  const files = record?.files ?? stream.attachments;
  return { missing: await writePending(folder, entry, JSON.stringify(body), files) };
}
