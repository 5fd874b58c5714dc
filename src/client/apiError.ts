import * as z from 'zod';
import { errorAnswer, v1ErrorAnswer } from '../contract/common.ts';

export type ApiErrorKind =
  /** No connection could be made: the server has not seen the request. */
  | 'offline'
  /** The connection broke, or no answer came in time: the server may have done what was asked. */
  | 'interrupted'
  | 'unauthorized'
  | 'forbidden'
  | 'notFound'
  | 'conflict'
  | 'invalid'
  | 'unexpected';

/** A call that the server did not answer, or refused. The message is a sentence for the user. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly kind: ApiErrorKind;
  /** HTTP status, or null when there was no answer. */
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

const anyError = z.union([errorAnswer, v1ErrorAnswer]);

/** Makes the error of an answer with a status of 400 or more; issues of single fields are appended to the message. */
export function refusal(status: number, body: unknown): ApiError {
  const parsed = anyError.safeParse(body);
  return new ApiError(
    kinds[status] ?? 'unexpected',
    status,
    parsed.success ? sentence(parsed.data) : `The server answered with status ${status}.`,
  );
}

function sentence(answer: z.infer<typeof anyError>): string {
  if ('error' in answer) return answer.error.message;
  const issues = (answer.issues ?? []).map((issue) => issue.message);
  return issues.length > 0 ? issues.join(' ') : answer.message;
}
