import { EventSourceParserStream } from 'eventsource-parser/stream';
import * as z from 'zod';
import { errorAnswer } from '../../shared/contract/common.ts';
import type { Answer, Operation } from '../../shared/contract/operation.ts';
import { operator, type StateEvent, stateEvent } from '../../shared/contract/operator.ts';
import { withoutDirectionOverrides } from '../../shared/format/oneLine.ts';

export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The server sends a comment every 5 s; after this time without one the stream counts as broken. */
const silenceTimeoutMs = 15_000;

function pathOf(operation: Operation, params: Record<string, string>): string {
  return operation.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
}

async function request(operation: Operation, path: string, key: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(path, {
    ...init,
    method: operation.method,
    headers: { Authorization: `Bearer ${key}` },
    cache: 'no-store',
  });
  if (response.ok) return response;
  const refusal = errorAnswer.safeParse(await response.json().catch(() => undefined));
  throw new RefusedError(response.status, refusal.data?.message ?? `${response.status} ${response.statusText}`);
}

export async function call<O extends Operation>(
  operation: O,
  key: string,
  { params = {}, body }: { params?: Record<string, string>; body?: object } = {},
): Promise<Answer<O>> {
  const init = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await request(operation, pathOf(operation, params), key, init);
  return z.parse(operation.answer, withoutDirectionOverrides(await response.json())) as Answer<O>;
}

/** @param key a key, or the token of a link @throws RefusedError, or TypeError when the server is unreachable */
export async function* streamStates(
  station: string,
  key: string,
  signal: AbortSignal,
): AsyncGenerator<StateEvent, void> {
  const abort = new AbortController();
  signal.addEventListener('abort', () => abort.abort());
  const path = `${pathOf(operator.states, { id: station })}?slots=all`;
  const response = await request(operator.states, path, key, { signal: abort.signal });
  let silenceTimer = setTimeout(() => abort.abort(), silenceTimeoutMs);
  const restartTimer = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform: (chunk, controller) => {
      clearTimeout(silenceTimer);
      silenceTimer = setTimeout(() => abort.abort(), silenceTimeoutMs);
      controller.enqueue(chunk);
    },
  });
  const reader = response.body
    ?.pipeThrough(restartTimer)
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream())
    .getReader();
  try {
    for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
      const data: unknown = JSON.parse(read.value.data);
      yield stateEvent.parse({ event: read.value.event, data: withoutDirectionOverrides(data) });
    }
  } finally {
    clearTimeout(silenceTimer);
    abort.abort();
  }
}
