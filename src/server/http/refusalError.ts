export type RefusalCode =
  | 'BAD_REQUEST'
  | 'UNAUTHORIZED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'CONFLICT'
  | 'PAYLOAD_TOO_LARGE'
  | 'UNPROCESSABLE_CONTENT'
  | 'TOO_MANY_REQUESTS'
  | 'INTERNAL_SERVER_ERROR'
  | 'NOT_IMPLEMENTED'
  | 'SERVICE_UNAVAILABLE';

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
