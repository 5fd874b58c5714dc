import { AsyncLocalStorage } from 'node:async_hooks';

/** What logs and metrics contain of a request: nothing that a client can choose freely. */
export interface AnsweredRequest {
  readonly method: string;
  /** The path with the names of its parameters, such as `/api/v2/runs/:id`; `other` for a path that the server does not have. */
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
}

export const logFormats = ['text', 'json'] as const;
export type LogFormat = (typeof logFormats)[number];

let format: LogFormat = 'text';

export function setLogFormat(chosen: LogFormat): void {
  format = chosen;
}

export const currentRequestId = new AsyncLocalStorage<string>();

type Level = 'info' | 'warning' | 'error';

/**
 * The log of the server, on stderr: text for people, or one JSON object per line for programs. Neither contains keys. JSON
 * contains no names, serial numbers, paths of requests, or values that clients sent, because such logs leave the machine.
 */
export const log = {
  info: (message: string): void => write('info', message),
  warning: (message: string): void => write('warning', message),
  /** @param message without a period if an error follows */
  error: (message: string, error?: unknown): void => write('error', message, error),
  /** Text has no line for each request. */
  request: ({ method, route, status, durationMs }: AnsweredRequest): void => {
    const fields = { method, route, status, duration_ms: Math.round(durationMs * 10) / 10 };
    writeJson(status >= 500 ? 'error' : 'info', 'Request answered.', fields);
  },
};

function write(level: Level, message: string, error?: unknown): void {
  if (format === 'json') writeJson(level, message, error === undefined ? {} : { error: withoutInput(error) });
  else if (error === undefined) console.error(message);
  else console.error(`${message}:`, error);
}

function writeJson(level: Level, message: string, fields: Record<string, unknown>): void {
  const request_id = currentRequestId.getStore();
  const line = { time: new Date().toISOString(), level, message, ...(request_id && { request_id }), ...fields };
  process.stderr.write(`${JSON.stringify(line)}\n`);
}

/** The message of a SyntaxError quotes the text that could not be parsed. */
function withoutInput(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
  const first = error instanceof SyntaxError ? error.name : `${error.name}: ${error.message}`;
  return [first, ...frames].join('\n');
}
