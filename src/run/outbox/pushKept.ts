import * as z from 'zod';
import { ApiError } from '../../client/apiError.ts';
import type { StationApi } from '../../client/stationApi.ts';
import { runs } from '../../contract/runs.ts';
import { v1 } from '../../contract/v1.ts';
import type { KeptResult, OutboxFolder } from './outboxFolder.ts';

/** The bodies are the clients' own, sent as they were. */
const createV1 = { ...v1.createRun, body: z.unknown() };
const createV2 = { ...runs.create, body: z.unknown() };

/**
 * Pushes a kept result with the station's key, as its own client would have.
 * @param mark whether the server knows by a mark that a run was pushed before; else it is asked
 * @returns the run's id
 * @throws ApiError
 */
export async function pushRun(
  api: StationApi,
  box: OutboxFolder,
  result: KeptResult,
  serverKnowsMarks: boolean,
): Promise<string> {
  const mayBeThere = !serverKnowsMarks && wasUnanswered(result);
  const found = mayBeThere ? await findRun(api, result) : undefined;
  if (found !== undefined) return found;
  const body = await box.body(result);
  const mark = result.id;
  if (result.kind === 'openhtf') {
    const upload_id = await upload(api, `${result.serial_number ?? 'unknown'}.json`, 'application/json', body);
    const report = { upload_id, importer: 'OPENHTF', client: 'Test Stations', client_version: '1' } as const;
    return (await api.call(v1.importReport, { body: report, mark })).id;
  }
  const json: unknown = JSON.parse(body.toString());
  const { id } = await api.call(result.kind === 'v1' ? createV1 : createV2, { body: json, mark });
  return id;
}

/** Uploads what was attached, and links it to the run. @throws ApiError */
export async function pushAttachments(
  api: StationApi,
  box: OutboxFolder,
  result: KeptResult,
  run_id: string,
): Promise<void> {
  for (const { name, mimetype, file } of result.attachments) {
    const upload_id = await upload(api, name, mimetype, await box.attachment(result, file));
    await api.call(v1.syncUpload, { body: { upload_id, run_id } });
  }
}

/** Whether a push may have reached the server although no answer came back. */
const wasUnanswered = ({ handed, tried }: KeptResult): boolean =>
  tried !== null ? tried.status === null : handed === null || (handed.message !== null && handed.status === null);

async function findRun(api: StationApi, { serial_number, started_at }: KeptResult): Promise<string | undefined> {
  if (serial_number === null) return undefined;
  const around = (millis: number): string => new Date(started_at + millis).toISOString();
  const { data } = await api.call(runs.list, {
    query: { serial_numbers: [serial_number], started_after: around(-2), started_before: around(2) },
  });
  return data[0]?.id;
}

async function upload(api: StationApi, name: string, type: string, content: Buffer): Promise<string> {
  const { id, uploadUrl } = await api.call(v1.initializeUpload, { body: { name } });
  await api.put(uploadUrl, type, new Uint8Array(content));
  return id;
}

/** Whether trying again by itself can help: not when the server has refused it. */
export const isWorthAnotherTry = (error: unknown): boolean =>
  !(error instanceof ApiError) || error.status === null || error.status >= 500 || error.status === 429;
