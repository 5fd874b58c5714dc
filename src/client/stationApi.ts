import type * as z from 'zod';
import type { Answer, Operation } from '../contract/operation.ts';
import { ApiError, refusal } from './apiError.ts';

type PartOf<S extends z.ZodType> = z.input<S>;

/** What a call takes; parts that the operation has not may be left out. */
export interface CallInput<O extends Operation> {
  params?: PartOf<O['params']>;
  query?: PartOf<O['query']>;
  body?: PartOf<O['body']>;
}

/** Milliseconds until a call without an answer counts as offline. */
const timeout = 15_000;

/** Typed calls to one server with one key. */
export class StationApi {
  readonly url: string;
  readonly #key: string | undefined;

  /** @param url the server's origin, such as `http://127.0.0.1:4711`; no trailing slash. */
  constructor(url: string, key?: string) {
    this.url = url;
    this.#key = key;
  }

  /**
   * Calls the operation and parses the answer.
   * @throws ApiError when the server cannot be reached, refuses, or answers something that is not the contract's.
   */
  async call<O extends Operation>(operation: O, input: CallInput<O> = {}): Promise<Answer<O>> {
    const { default: ky, isHTTPError } = await import('ky');
    try {
      const answer = await ky(new URL(pathOf(operation, input.params), this.url), {
        method: operation.method,
        searchParams: queryOf(input.query),
        ...(input.body === undefined ? {} : { json: input.body }),
        headers: this.#key === undefined ? {} : { authorization: `Bearer ${this.#key}` },
        timeout,
        retry: 0,
      }).json();
      return operation.answer.parse(answer) as Answer<O>;
    } catch (error) {
      if (isHTTPError(error)) throw refusal(error.response.status, error.data);
      if (error instanceof Error && error.name === 'ZodError') {
        throw new ApiError(
          'unexpected',
          200,
          `${this.url} gave an answer to ${operation.id} that was not understood.`,
          {
            cause: error,
          },
        );
      }
      const kind = wasRefused(error) ? 'offline' : 'interrupted';
      throw new ApiError(kind, null, `The server at ${this.url} does not answer.`, { cause: error });
    }
  }
}

function pathOf(operation: Operation, params: unknown): string {
  const values = new Map(Object.entries(params ?? {}));
  return operation.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values.get(name))));
}

function queryOf(query: unknown): [string, string][] {
  return Object.entries(query ?? {}).flatMap(([name, value]: [string, unknown]) =>
    (Array.isArray(value) ? value : [value])
      .filter((each) => each !== undefined)
      .map((each): [string, string] => [name, String(each)]),
  );
}

/** Whether a failed fetch never reached the server; fetch puts the reason into a chain of causes. */
function wasRefused(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && (at.code === 'ECONNREFUSED' || at.code === 'ENOTFOUND')) return true;
  }
  return false;
}
