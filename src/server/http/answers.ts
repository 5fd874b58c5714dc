import { RunInputError } from '../../shared/run/newRun.ts';
import { isStorageError } from '../attachments/storageError.ts';
import { systemCode } from '../cli/commandError.ts';
import { log } from '../log.ts';
import { diskProblem } from '../store/databaseErrors.ts';
import { badRequest, type RefusalCode, refusalCodes, RefusalError, unavailable } from './refusalError.ts';

/** The official v1 client shows the message of an error only if the content type is exactly this, without a charset. */
export const json = (body: unknown, status = 200): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });

/** nginx would hold events back until its buffer is full. */
export const unbuffered = ['X-Accel-Buffering', 'no'] as const;

export const isV1 = (path: string): boolean => path.startsWith('/api/v1/');

export const isTrpc = (path: string): boolean => path.startsWith('/api/trpc/');

function errorAnswer(path: string, code: RefusalCode, refusal: Pick<RefusalError, 'message' | 'issues'>): Response {
  const { message, issues } = refusal;
  const { status, trpcCode } = refusalCodes[code];
  if (isTrpc(path)) {
    // Clients of tRPC read only `error`.
    const data = { code, httpStatus: status, path: path.replace('/api/trpc/', '') };
    return json({ message, code, issues, error: { json: { message, code: trpcCode, data } } }, status);
  }
  if (!isV1(path)) return json({ message, code, issues }, status);
  // Version 1 has only the message, so the message must name the fields.
  return json({ error: { message: messageWithFields(refusal) } }, status);
}

export function messageWithFields({ message, issues }: Pick<RefusalError, 'message' | 'issues'>): string {
  const fields = issues.map((issue) => [issue.path?.join('.'), issue.message].filter((text) => text).join(': '));
  return fields.length > 0 ? fields.join(' ') : message;
}

function refusalOf(error: unknown): unknown {
  if (error instanceof RunInputError) return badRequest(error.message);
  if (isIncomplete(error)) return unavailable('The request ended before it was complete.');
  return error;
}

/** The client has disconnected, and nothing failed here. Lost connections to PostgreSQL have the same code in other words. */
const isIncomplete = (error: unknown): boolean =>
  error instanceof Error && error.message === 'aborted' && systemCode(error) === 'ECONNRESET';

/** @param route the path for the log, without what a client chose */
export function failureAnswer(method: string, path: string, error: unknown, route = path): Response {
  const refusal = refusalOf(error);
  if (refusal instanceof RefusalError) return errorAnswer(path, refusal.code, refusal);
  const message = logServerFailure(`${method} ${route}`, error);
  const code = isStorageError(error) ? 'SERVICE_UNAVAILABLE' : 'INTERNAL_SERVER_ERROR';
  return errorAnswer(path, code, { message, issues: [] });
}

/** Returns why something was refused or failed, for a caller that reads nothing but sentences. A failure is logged. */
export function failureSentence(what: string, error: unknown): string {
  const refusal = refusalOf(error);
  return refusal instanceof RefusalError ? messageWithFields(refusal) : logServerFailure(what, error);
}

function logServerFailure(what: string, error: unknown): string {
  log.error(`${what} failed`, error);
  if (isStorageError(error)) {
    return 'The station server cannot use its storage for attachments. Nothing was saved: try again later.';
  }
  return diskProblem(error) ?? 'The station server failed on this request. Its log tells why.';
}
