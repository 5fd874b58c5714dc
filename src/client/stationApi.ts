import type { HTTPError, KyResponse, Options } from 'ky';
import * as z from 'zod';
import { events, type StreamEvent, streamEvent } from '../contract/events.ts';
import type { Answer, Operation } from '../contract/operation.ts';
import { ApiError, brokenConnection, refusal } from './apiError.ts';

const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue('no JSON');
    return z.NEVER;
  }
});

type PartOf<S extends z.ZodType> = z.input<S>;

/** What a call takes; parts that the operation has not may be left out. */
export interface CallInput<O extends Operation> {
  params?: PartOf<O['params']>;
  query?: PartOf<O['query']>;
  body?: PartOf<O['body']>;
  /** Marks all tries of one push: the server makes one run of them. */
  mark?: string;
}

/** Milliseconds until a call without an answer counts as offline. */
const timeout = 15_000;

/** Typed calls to one server with one key. */
export class StationApi {
  readonly url: string;
  readonly #key: string | undefined;
  readonly #transport: typeof fetch | undefined;

  /**
   * @param url the server's origin, such as `http://127.0.0.1:4711`; no trailing slash
   * @param transport what sends the requests; default: the global `fetch`
   */
  constructor(url: string, key?: string, transport?: typeof fetch) {
    this.url = url;
    this.#key = key;
    this.#transport = transport;
  }

  /**
   * Calls the operation and parses the answer.
   * @throws ApiError when the server cannot be reached, refuses, or answers something that is not the contract's.
   */
  async call<O extends Operation>(operation: O, input: CallInput<O> = {}): Promise<Answer<O>> {
    const answer = await this.#fetch(pathOf(operation, input.params), {
      method: operation.method,
      searchParams: queryOf(input.query),
      ...(input.body === undefined ? {} : { json: input.body }),
      timeout,
      mark: input.mark,
    });
    const text = await this.#connected(answer.text());
    const parsed = json.pipe(operation.answer).safeParse(text);
    if (parsed.success) return parsed.data as Answer<O>;
    const message = `${this.url} gave an answer to ${operation.id} that was not understood.`;
    throw new ApiError('unexpected', answer.status, message, { cause: parsed.error });
  }

  /**
   * The server's event stream, as long as it lasts.
   * @param signal ends it
   * @throws ApiError when it cannot be opened, or breaks
   */
  async *events(signal: AbortSignal): AsyncGenerator<StreamEvent, void> {
    for await (const event of this.stream(events.stream, {}, signal)) yield streamEvent.parse(event);
  }

  /**
   * An operation whose answer is a stream of events, as long as it lasts.
   * @param signal ends it
   * @throws ApiError when it cannot be opened, or breaks
   */
  async *stream<O extends Operation>(
    operation: O,
    { params }: Pick<CallInput<O>, 'params'>,
    signal: AbortSignal,
  ): AsyncGenerator<{ event: string | undefined; data: unknown }, void> {
    const { EventSourceParserStream } = await import('./http.ts');
    const answer = await this.#fetch(pathOf(operation, params), { method: 'GET', signal, timeout: false });
    if (answer.body === null) return;
    const reader = answer.body
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new EventSourceParserStream())
      .getReader();
    for (;;) {
      const { done, value } = await this.#connected(reader.read());
      if (done) return;
      yield { event: value.event, data: JSON.parse(value.data) as unknown };
    }
  }

  /**
   * Sends content to a signed address of the server; the key stays here.
   * @throws ApiError
   */
  async put(url: string, type: string, content: Uint8Array<ArrayBuffer>): Promise<void> {
    const { ky, isHTTPError } = await import('./http.ts');
    const transport = this.#transport === undefined ? {} : { fetch: this.#transport };
    const headers = { 'Content-Type': type };
    await this.#connected(
      ky.put(url, { body: content, headers, timeout: 120_000, retry: 0, ...transport }),
      isHTTPError,
    );
  }

  /** What is behind a signed address of the server; the key stays here. @throws ApiError */
  async download(url: string): Promise<Uint8Array<ArrayBuffer>> {
    const { ky, isHTTPError } = await import('./http.ts');
    const transport = this.#transport === undefined ? {} : { fetch: this.#transport };
    const answer = await this.#connected(ky.get(url, { timeout: 120_000, retry: 0, ...transport }), isHTTPError);
    return new Uint8Array(await this.#connected(answer.arrayBuffer()));
  }

  async #fetch(path: string, { mark, ...options }: Options & { mark?: string | undefined }): Promise<KyResponse> {
    const { ky, isHTTPError } = await import('./http.ts');
    const headers = {
      ...(this.#key === undefined ? {} : { authorization: `Bearer ${this.#key}` }),
      ...(mark === undefined ? {} : { 'Idempotency-Key': mark }),
    };
    const transport = this.#transport === undefined ? {} : { fetch: this.#transport };
    const sent = ky(new URL(path, this.url), { ...options, ...transport, headers, retry: 0 });
    return this.#connected(sent, isHTTPError);
  }

  /** Waits for something of a connection; what goes wrong becomes an ApiError. */
  async #connected<T>(work: Promise<T>, isHttpError?: (error: unknown) => error is HTTPError): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (isHttpError?.(error)) throw refusal(error.response.status, error.data);
      throw brokenConnection(this.url, error);
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
