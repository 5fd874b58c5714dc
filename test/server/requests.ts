import assert from 'node:assert/strict';
import { request as openRequest } from 'node:http';
import type * as z from 'zod';
import type { Answer, Operation } from '../../src/shared/contract/operation.ts';

export interface Reply {
  status: number;
  headers: Headers;
  text: string;
  /** The parsed body. */
  json(): unknown;
}

interface RawRequest {
  key?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/** Sends a request as any client might. */
export async function send(url: string, method: string, path: string, request: RawRequest = {}): Promise<Reply> {
  const { key, body, headers } = request;
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(key === undefined ? {} : { Authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: (): unknown => JSON.parse(text) };
}

/**
 * Sends a request whose body ends after `between`, which begins when the server has the rest of the request.
 * @returns the status
 */
export function sendInTwoParts(
  url: string,
  { method, path }: Operation,
  { key, body }: { key: string; body: unknown },
  between: () => Promise<unknown>,
): Promise<number | undefined> {
  const text = JSON.stringify(body);
  const headers = { Authorization: `Bearer ${key}`, 'Content-Length': text.length, Expect: '100-continue' };
  return new Promise((settle, reject) => {
    const request = openRequest(url + path, { method, headers });
    request.once('error', reject);
    request.once('response', (response) => settle(response.resume().statusCode));
    request.once('continue', () => void between().then(() => request.end(text), reject));
    request.flushHeaders();
  });
}

interface Given {
  params?: Record<string, string>;
  query?: Record<string, string | readonly string[]>;
  body?: unknown;
}

const pathOf = ({ path }: Operation, { params = {}, query = {} }: Given): string => {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of typeof value === 'string' ? [value] : value) search.append(name, one);
  }
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? '');
  return search.size > 0 ? `${filled}?${search.toString()}` : filled;
};

const parse = <S extends z.ZodType>(schema: S, value: unknown): z.output<S> => schema.parse(value);

/** One client of a server: it knows the operations of the contract. */
export class TestClient {
  readonly url: string;
  readonly #key: string | undefined;

  constructor(url: string, key?: string) {
    this.url = url;
    this.#key = key;
  }

  /** Calls an operation, whatever comes back. */
  send(operation: Operation, given: Given = {}): Promise<Reply> {
    return send(this.url, operation.method, pathOf(operation, given), {
      ...(this.#key === undefined ? {} : { key: this.#key }),
      ...('body' in given ? { body: given.body } : {}),
    });
  }

  /** Opens a path whose answer may be a stream; the caller reads or cancels its body. */
  open(path: string): Promise<Response> {
    const headers = this.#key === undefined ? {} : { Authorization: `Bearer ${this.#key}` };
    return fetch(this.url + path, { headers });
  }

  /** Calls an operation that must succeed, with an answer as the contract has it. */
  async call<O extends Operation>(operation: O, given: Given = {}): Promise<Answer<O>> {
    const reply = await this.send(operation, given);
    assert.equal(reply.status, 200, reply.text);
    return parse<O['answer']>(operation.answer, reply.json());
  }
}
