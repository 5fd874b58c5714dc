import type { NewRunBody } from '../../../shared/contract/newRuns.ts';
import type { PendingUploadEntry } from '../../../shared/contract/pendingUpload.ts';
import { correctedRecord } from '../../../shared/engine/engineRecord.ts';
import type { StreamRecord } from '../../../shared/engine/streamRecord.ts';
import type { Verdict } from '../../../shared/live/runProgress.ts';
import { birthOf } from '../../vscode/processes.ts';
import { writePending } from '../uploads/writePending.ts';
import type { QueuedRecord } from './queuedRecord.ts';

export interface ResultPlace {
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
export function saveResult(
  resultPlace: ResultPlace,
  { executionId, procedureId, verdict, stream, record }: EngineResult,
): Promise<{ missing: string[] } | undefined> {
  const body =
    record === null
      ? stream.body(procedureId, verdict.outcome, verdict.reason)
      : correctedRecord({ ...record.body, procedure_id: procedureId }, verdict, stream.phases);
  return write(resultPlace, executionId, body, record?.files ?? stream.attachments, true);
}

/**
 * Saves what the engine has reported so far. It is pushed only if this window ends before the run, in place of the result. The
 * engine ends with the window.
 */
export function saveProgress(
  resultPlace: ResultPlace,
  { executionId, procedureId, stream }: Pick<EngineResult, 'executionId' | 'procedureId' | 'stream'>,
): Promise<unknown> {
  const body = stream.body(procedureId, 'ERROR', 'The window ended before the procedure did.');
  return write(resultPlace, executionId, body, stream.attachments, false);
}

async function write(
  { folder, place, script }: ResultPlace,
  id: string,
  body: NewRunBody | null,
  files: StreamRecord['attachments'] | QueuedRecord['files'],
  isFinal: boolean,
): Promise<{ missing: string[] } | undefined> {
  if (body === null) return undefined;
  const entry = {
    id,
    kind: 'v2' as const,
    place,
    script,
    pid: process.pid,
    birth: await birthOf(process.pid),
    serial_number: body.serial_number,
    outcome: body.outcome,
    started_at: Date.parse(body.started_at),
  };
  return { missing: await writePending(folder, entry, JSON.stringify(body), files, isFinal) };
}
