import { runs } from '../../../shared/contract/runs.ts';
import { v1 } from '../../../shared/contract/v1.ts';
import { messageOf } from '../../../shared/format/messageOf.ts';
import { parseTolerantJson } from '../../../shared/json/tolerantJson.ts';
import type { Push } from '../../../shared/live/runProgress.ts';
import { isRunOf, procedureIn } from '../../../shared/run/acknowledgement.ts';
import { ApiError } from '../../client/apiError.ts';
import type { StationApi } from '../../client/stationApi.ts';
import type { PendingUpload, UploadFolder } from './uploadFolder.ts';

/** Where a result goes: with the key of its station. */
export interface UploadTarget {
  readonly api: StationApi;
  /** Whether the server makes one run of all pushes with one mark; else it is asked whether it has the run. */
  readonly knowsMarks: boolean;
}

/** Why a result stays on this machine, and what helps, if that is known. */
export type PendingReason = Extract<Push, { readonly kept: string }>;

/** What became of a result: the server has it, or it stays on this machine. */
export type UploadResult = { readonly runId: string } | PendingReason;

/** @param reason the words of the server */
export const keptFor = (reason: string): PendingReason =>
  /part[ _]number/i.test(reason) ? { kept: reason, remedy: 'partNumber' } : { kept: reason };

/**
 * Tries once to push a kept result. It goes from the disk when the server has it whole; else why it stays is noted beside it.
 * @param target rejects when there is no way to the server; gives the reason where it has nothing to do with the result,
 *   such as a missing key: that is not noted
 * @param now milliseconds since 1970
 */
export async function uploadPending(
  box: UploadFolder,
  result: PendingUpload,
  target: () => Promise<UploadTarget | PendingReason>,
  now = Date.now,
): Promise<UploadResult> {
  const { tries, run_id } = result.tried ?? { tries: 0, run_id: null };
  let runId = run_id;
  try {
    const to = await target();
    if ('kept' in to) return to;
    if (runId === null) {
      runId = await pushRun(to.api, box, result, to.knowsMarks);
      if (result.attachments.length > 0) {
        await box.noteTry(result, { tries: 0, last: now(), status: null, message: '', run_id: runId });
      }
    }
    await pushAttachments(to.api, box, result, runId, run_id === null);
    await box.remove(result);
    return { runId };
  } catch (error) {
    const message = messageOf(error);
    // What is parked has a status; what never reached a server keeps being tried.
    const status = error instanceof ApiError && !isWorthAnotherTry(error) ? error.status : null;
    await box.noteTry(result, { tries: tries + 1, last: now(), status, message, run_id: runId });
    return keptFor(message);
  }
}

/**
 * Pushes a kept result with the station's key, as its own client would have.
 * @param serverKnowsMarks whether the server knows by a mark that a run was pushed before; else it is asked
 * @returns the run's id
 * @throws ApiError
 */
async function pushRun(
  api: StationApi,
  box: UploadFolder,
  result: PendingUpload,
  serverKnowsMarks: boolean,
): Promise<string> {
  const body = await box.body(result);
  const mayBeThere = !serverKnowsMarks && wasSent(result);
  const found = mayBeThere ? await findRun(api, result, body) : undefined;
  if (found !== undefined) return found;
  const mark = result.id;
  if (result.kind === 'openhtf') {
    const upload_id = await upload(api, `${result.serial_number ?? 'unknown'}.json`, 'application/json', body);
    const report = { upload_id, importer: 'OPENHTF', client: 'Test Stations', client_version: '1' } as const;
    return (await api.call(v1.importReport, { body: report, mark })).id;
  }
  // The client's own body, byte for byte: another one under the same mark would be refused.
  const rawBody = new Uint8Array(body);
  const { id } = await api.call(result.kind === 'v1' ? v1.createRun : runs.create, { rawBody, mark });
  return id;
}

/**
 * Uploads what was attached, and links it to the run.
 * @param isFirst nobody can have attached anything to the run before
 * @throws ApiError
 */
async function pushAttachments(
  api: StationApi,
  box: UploadFolder,
  result: PendingUpload,
  run_id: string,
  isFirst: boolean,
): Promise<void> {
  if (result.attachments.length === 0) return;
  const run = isFirst ? null : await api.call(runs.get, { params: { id: run_id } });
  const there = (run?.attachments ?? []).filter(({ is_report }) => !is_report).map(({ name }) => name);
  for (const { name, mimetype, file } of result.attachments) {
    const place = there.indexOf(name);
    if (place >= 0) {
      there.splice(place, 1);
      continue;
    }
    const upload_id = await upload(api, name, mimetype, await box.attachment(result, file));
    await api.call(v1.syncUpload, { body: { upload_id, run_id } });
  }
}

/** Whether it was sent before: an answer may have been lost, and a later refusal says nothing of the first try. */
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

/** Whether trying again by itself can help: not when the server has refused it. */
const isWorthAnotherTry = (error: unknown): boolean =>
  !(error instanceof ApiError) || error.status === null || error.status >= 500 || error.status === 429;
