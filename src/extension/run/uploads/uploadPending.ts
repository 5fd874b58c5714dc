import { runs } from '../../../shared/contract/runs.ts';
import { v1 } from '../../../shared/contract/v1.ts';
import { messageOf } from '../../../shared/format/messageOf.ts';
import { parseTolerantJson } from '../../../shared/json/tolerantJson.ts';
import type { Push } from '../../../shared/live/runProgress.ts';
import { isRunOf, procedureIn } from '../../../shared/run/acknowledgement.ts';
import { ApiError } from '../../client/apiError.ts';
import type { StationApi } from '../../client/stationApi.ts';
import { retryableStatuses } from './retries.ts';
import type { PendingUpload, UploadFolder } from './uploadFolder.ts';

export interface UploadTarget {
  readonly api: StationApi;
  /** Whether the server creates one run of all pushes with one mark; else it is asked whether it has the run. */
  readonly supportsMarks: boolean;
}

export type PendingReason = Extract<Push, { readonly pendingReason: string }>;

export type UploadResult = { readonly runId: string } | PendingReason;

export const pendingReason = (reason: string): PendingReason =>
  /part[ _]number/i.test(reason) ? { pendingReason: reason, remedy: 'partNumber' } : { pendingReason: reason };

/**
 * Tries once to push a result. It is removed from disk when the server has all of it; else the reason is stored with it.
 * @param findTarget rejects when the server cannot be reached; returns a reason that does not concern the result, such as a
 *   missing key, which is not stored
 * @param now milliseconds since 1970
 */
export async function uploadPending(
  folder: UploadFolder,
  result: PendingUpload,
  findTarget: () => Promise<UploadTarget | PendingReason>,
  now = Date.now,
): Promise<UploadResult> {
  const { tries, run_id } = result.tried ?? { tries: 0, run_id: null };
  let runId = run_id;
  try {
    const to = await findTarget();
    if ('pendingReason' in to) return to;
    if (runId === null) {
      runId = await pushRun(to.api, folder, result, to.supportsMarks);
      if (result.attachments.length > 0) {
        await folder.saveAttempt(result, { tries: 0, last: now(), status: null, message: '', run_id: runId });
      }
    }
    await pushAttachments(to.api, folder, result, runId, run_id === null);
    await folder.remove(result);
    return { runId };
  } catch (error) {
    const message = messageOf(error);
    // Only a refused result has a status; one that never reached a server is retried.
    const status = error instanceof ApiError && !isRetryable(error) ? error.status : null;
    await folder.saveAttempt(result, { tries: tries + 1, last: now(), status, message, run_id: runId });
    return pendingReason(message);
  }
}

async function pushRun(
  api: StationApi,
  folder: UploadFolder,
  result: PendingUpload,
  supportsMarks: boolean,
): Promise<string> {
  const body = await folder.body(result);
  const mayExist = !supportsMarks && wasSent(result);
  const found = mayExist ? await findRun(api, result, body) : undefined;
  if (found !== undefined) return found;
  const { started_by, slot } = result.place;
  const marks = { mark: result.id, isByAssistant: started_by === 'assistant', slot };
  if (result.kind === 'openhtf') {
    const upload_id = await upload(api, `${result.serial_number ?? 'unknown'}.json`, 'application/json', body);
    const report = { upload_id, importer: 'OPENHTF', client: 'Test Stations', client_version: '1' } as const;
    return (await api.call(v1.importReport, { body: report, ...marks })).id;
  }
  // The client's own body, byte for byte: a server refuses another body under the same mark.
  const rawBody = new Uint8Array(body);
  const { id } = await api.call(result.kind === 'v1' ? v1.createRun : runs.create, { rawBody, ...marks });
  return id;
}

/** @param isFirst whether the run was just created, so that it has no attachments */
async function pushAttachments(
  api: StationApi,
  folder: UploadFolder,
  result: PendingUpload,
  run_id: string,
  isFirst: boolean,
): Promise<void> {
  if (result.attachments.length === 0) return;
  const run = isFirst ? null : await api.call(runs.get, { params: { id: run_id } });
  const existing = (run?.attachments ?? []).filter(({ is_report }) => !is_report).map(({ name }) => name);
  for (const { name, mimetype, file } of result.attachments) {
    const place = existing.indexOf(name);
    if (place >= 0) {
      existing.splice(place, 1);
      continue;
    }
    const upload_id = await upload(api, name, mimetype, await folder.attachment(result, file));
    await api.call(v1.syncUpload, { body: { upload_id, run_id } });
  }
}

/** Whether it was sent before: an answer may have been lost, and a later refusal does not rule out a first success. */
const wasSent = ({ handed, tried }: PendingUpload): boolean => tried !== null || handed?.message !== null;

async function findRun(api: StationApi, result: PendingUpload, body: Buffer): Promise<string | undefined> {
  const { serial_number, started_at } = result;
  if (serial_number === null) return undefined;
  const around = (millis: number): string => new Date(started_at + millis).toISOString();
  const { data } = await api.call(runs.list, {
    query: { serial_numbers: [serial_number], started_after: around(-2), started_before: around(2) },
  });
  const pushed = { ...result, procedureId: procedureIn(parseTolerantJson(body.toString())) };
  return data.find((run) => isRunOf(pushed, run))?.id;
}

async function upload(api: StationApi, name: string, type: string, content: Buffer): Promise<string> {
  const { id, uploadUrl } = await api.call(v1.initializeUpload, { body: { name } });
  await api.put(uploadUrl, type, new Uint8Array(content));
  return id;
}

const isRetryable = (error: unknown): boolean =>
  !(error instanceof ApiError) || error.status === null || error.status >= 500 || retryableStatuses.has(error.status);
