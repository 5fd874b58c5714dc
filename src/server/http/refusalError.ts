export const refusalCodes = {
  BAD_REQUEST: { status: 400, trpcCode: -32600 },
  UNAUTHORIZED: { status: 401, trpcCode: -32001 },
  FORBIDDEN: { status: 403, trpcCode: -32003 },
  NOT_FOUND: { status: 404, trpcCode: -32004 },
  CONFLICT: { status: 409, trpcCode: -32009 },
  PAYLOAD_TOO_LARGE: { status: 413, trpcCode: -32013 },
  UNPROCESSABLE_CONTENT: { status: 422, trpcCode: -32022 },
  TOO_MANY_REQUESTS: { status: 429, trpcCode: -32029 },
  INTERNAL_SERVER_ERROR: { status: 500, trpcCode: -32603 },
  NOT_IMPLEMENTED: { status: 501, trpcCode: -32603 },
  SERVICE_UNAVAILABLE: { status: 503, trpcCode: -32603 },
} as const;
export type RefusalCode = keyof typeof refusalCodes;

export interface Issue {
  message: string;
  path?: (string | number)[];
}

/** A request that the server refuses for a reason that the client can read and fix. */
export class RefusalError extends Error {
  override readonly name = 'RefusalError';
  readonly code: RefusalCode;
  readonly issues: readonly Issue[];

  constructor(code: RefusalCode, message: string, issues: readonly Issue[] = []) {
    super(message);
    this.code = code;
    this.issues = issues;
  }
}

export const badRequest = (message: string): RefusalError => new RefusalError('BAD_REQUEST', message, [{ message }]);
export const unauthorized = (message: string): RefusalError => new RefusalError('UNAUTHORIZED', message);
export const forbidden = (message: string): RefusalError => new RefusalError('FORBIDDEN', message);
export const notFound = (message: string): RefusalError => new RefusalError('NOT_FOUND', message);
export const conflict = (message: string): RefusalError => new RefusalError('CONFLICT', message);
export const unprocessable = (message: string): RefusalError =>
  new RefusalError('UNPROCESSABLE_CONTENT', message, [{ message }]);
export const notImplemented = (message: string): RefusalError => new RefusalError('NOT_IMPLEMENTED', message);
export const unavailable = (message: string): RefusalError => new RefusalError('SERVICE_UNAVAILABLE', message);
export const tooMany = (message: string): RefusalError => new RefusalError('TOO_MANY_REQUESTS', message);
export const tooLarge = (message: string): RefusalError => new RefusalError('PAYLOAD_TOO_LARGE', message);
