import { RunInputError } from '../../shared/run/newRun.ts';
import { systemCode } from '../cli/startError.ts';
import { diskProblem } from '../store/databaseErrors.ts';
import { badRequest, type RefusalCode, RefusalError } from './refusalError.ts';
import { isTrpc, trpcError } from './trpcError.ts';

const statusOf: Record<RefusalCode, number> = {
  BAD_REQUEST: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  PAYLOAD_TOO_LARGE: 413,
  UNPROCESSABLE_CONTENT: 422,
  TOO_MANY_REQUESTS: 429,
  INTERNAL_SERVER_ERROR: 500,
  NOT_IMPLEMENTED: 501,
};

/** The official v1 client shows the message of an error only if the content type is exactly this, without a charset. */
export const json = (body: unknown, status = 200): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });

/** nginx would hold events back until its buffer is full. */
export const unbuffered = ['X-Accel-Buffering', 'no'] as const;

export const isV1 = (path: string): boolean => path.startsWith('/api/v1/');

function errorAnswer(
  path: string,
  status: number,
  code: RefusalCode,
  refusal: Pick<RefusalError, 'message' | 'issues'>,
): Response {
  const { message, issues } = refusal;
  if (!isV1(path)) {
    const trpc = isTrpc(path) ? trpcError(path, status, code, message) : {};
    return json({ message, code, issues, ...trpc }, status);
  }
  // Version 1 has only the message, so the message must name the fields.
  const fields = issues.map((issue) => [issue.path?.join('.'), issue.message].filter((text) => text).join(': '));
  return json({ error: { message: fields.length > 0 ? fields.join(' ') : message } }, status);
}

function refusalOf(error: unknown): unknown {
  if (error instanceof RunInputError) return badRequest(error.message);
  // The client disconnected during its request. No client reads this response, and nothing failed here.
  if (systemCode(error) === 'ECONNRESET') return badRequest('The request broke off.');
  return error;
}

/**
 * Returns the response to a request that failed, in the format of its API. Unexpected errors are logged and not shown.
 */
export function failureAnswer(method: string, path: string, error: unknown): Response {
  const refusal = refusalOf(error);
  if (refusal instanceof RefusalError) return errorAnswer(path, statusOf[refusal.code], refusal.code, refusal);
  console.error(`${method} ${path} failed:`, error);
  const message = diskProblem(error) ?? 'The station server failed on this request. Its log tells why.';
  return errorAnswer(path, 500, 'INTERNAL_SERVER_ERROR', { message, issues: [] });
}
