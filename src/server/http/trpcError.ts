import type { RefusalCode } from './refusalError.ts';

/** The JSON-RPC numbers of the tRPC codes. */
const numbers: Record<RefusalCode, number> = {
  BAD_REQUEST: -32600,
  UNAUTHORIZED: -32001,
  FORBIDDEN: -32003,
  NOT_FOUND: -32004,
  CONFLICT: -32009,
  PAYLOAD_TOO_LARGE: -32013,
  UNPROCESSABLE_CONTENT: -32022,
  TOO_MANY_REQUESTS: -32029,
  INTERNAL_SERVER_ERROR: -32603,
  NOT_IMPLEMENTED: -32603,
};

export const isTrpc = (path: string): boolean => path.startsWith('/api/trpc/');

/** Returns the only part of a refusal that tRPC clients read. */
export const trpcError = (path: string, httpStatus: number, code: RefusalCode, message: string) => ({
  error: {
    json: { message, code: numbers[code], data: { code, httpStatus, path: path.replace('/api/trpc/', '') } },
  },
});
