import * as z from 'zod';
import { errorAnswer, v1ErrorAnswer } from '../../shared/contract/common.ts';
import { oneLine, withoutFieldPaths } from '../../shared/format/oneLine.ts';

export type ApiErrorKind =
  /**
   * `offline` and `untrusted`: the server has not seen the request. `interrupted`: the server may have completed it.
   * `unexpected`: the server failed, or its answer is not the contract's.
   */
  | 'offline'
  | 'untrusted'
  | 'interrupted'
  | 'unauthorized'
  | 'forbidden'
  | 'notFound'
  | 'conflict'
  | 'invalid'
  | 'unexpected';

/** A call that failed or was refused. The message is a sentence for the user; the status is null without an answer. */
export class ApiError extends Error {
  override readonly name: string = 'ApiError';
  readonly kind: ApiErrorKind;
  readonly status: number | null;

  constructor(kind: ApiErrorKind, status: number | null, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
    this.status = status;
  }
}

const kinds: Record<number, ApiErrorKind> = {
  400: 'invalid',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'notFound',
  409: 'conflict',
  413: 'invalid',
  422: 'invalid',
};

const maxMessageLength = 500;

const anyError = z.union([errorAnswer, v1ErrorAnswer]);

export function refusal(status: number, body: unknown): ApiError {
  const parsed = anyError.safeParse(body);
  return new ApiError(
    kinds[status] ?? 'unexpected',
    status,
    parsed.success ? oneLine(sentence(parsed.data), maxMessageLength) : `The server answered with status ${status}.`,
  );
}

function sentence(answer: z.infer<typeof anyError>): string {
  if ('error' in answer) return withoutFieldPaths(answer.error.message);
  const issues = (answer.issues ?? []).map((issue) => issue.message);
  return issues.length > 0 ? issues.join(' ') : answer.message;
}

export function brokenConnection(url: string, error: unknown): ApiError {
  const codes = errorCodes(error);
  const untrusted = codes.find((code) => certificateErrorCodes.has(code) || code.startsWith('ERR_TLS_CERT'));
  if (untrusted !== undefined) {
    return new ApiError('untrusted', null, `The certificate of ${url} is not trusted (${untrusted}).`, {
      cause: error,
    });
  }
  const offline = codes.some((code) => offlineErrorCodes.has(code));
  return new ApiError(offline ? 'offline' : 'interrupted', null, `The server at ${url} does not answer.`, {
    cause: error,
  });
}

const offlineErrorCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Source: documentation of `node:tls`, "X509 certificate error codes". */
const certificateErrorCodes = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

function errorCodes(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const own = 'code' in error ? [String(error.code)] : [];
  const others: unknown[] = error instanceof AggregateError ? error.errors : [];
  return [...own, ...others.flatMap(errorCodes), ...errorCodes(error.cause)];
}
