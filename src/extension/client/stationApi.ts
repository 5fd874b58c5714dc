import type { HTTPError, KyResponse, Options } from 'ky';
import * as z from 'zod';
import { events, type StreamEvent, streamEvent } from '../../shared/contract/events.ts';
import { parseExactly } from '../../shared/contract/exactJson.ts';
import type { Answer, Operation } from '../../shared/contract/operation.ts';
import { slotHeader, startedByHeader } from '../../shared/contract/startedBy.ts';
import { ApiError, brokenConnection, refusal } from './apiError.ts';

const json = z.string().transform((text, context): unknown => {
  try {
    return parseExactly(text);
  } catch {
    context.addIssue('no JSON');
    return z.NEVER;
  }
});

export interface CallInput<O extends Operation> {
  params?: z.input<O['params']>;
  query?: z.input<O['query']>;
  body?: z.input<O['body']>;
  /** A body that is already JSON, which is sent unchanged so that no digit of a number is lost. */
  rawBody?: Uint8Array<ArrayBuffer>;
  mark?: string;
  isByAssistant?: boolean;
  slot?: number | undefined;
}

const callTimeoutMs = 15_000;
const slowTimeoutMs = 5 * 60_000;
const answerTimeoutMs = 60_000;
const fileTimeoutMs = 10 * 60_000;
/** An event stream sends a comment every few seconds, so a silent one is dead. */
const silenceTimeoutMs = 60_000;

const maxAnswerBytes = 64 * 1024 * 1024;
const maxFileBytes = 256 * 1024 * 1024;
const maxEventCharacters = 16 * 1024 * 1024;

export class StationApi {
  readonly url: string;
  readonly #key: string | undefined;
  readonly #transport: { readonly fetch?: typeof fetch };

  /** @param url the server's origin, such as `http://127.0.0.1:4711`; no trailing slash */
  constructor(url: string, key?: string, transport?: typeof fetch) {
    this.url = url;
    this.#key = key;
    this.#transport = transport === undefined ? {} : { fetch: transport };
  }

  /** Calls the operation and parses the answer. @throws ApiError also if the answer is not the contract's */
  async call<O extends Operation>(operation: O, input: CallInput<O> = {}): Promise<Answer<O>> {
    const answer = await this.#fetch(pathOf(operation, input.params), {
      method: operation.method,
      searchParams: queryOf(input.query),
      ...(input.body === undefined ? {} : { json: input.body }),
      ...(input.rawBody === undefined ? {} : { body: input.rawBody }),
      isJson: input.rawBody !== undefined,
      mark: input.mark,
      isByAssistant: input.isByAssistant,
      slot: input.slot,
      ...(operation.isSlow ? { timeout: slowTimeoutMs } : {}),
    });
    const text = new TextDecoder().decode(await this.#bytes(answer, maxAnswerBytes, answerTimeoutMs));
    const parsed = json.pipe(operation.answer).safeParse(text);
    if (parsed.success) return parsed.data as Answer<O>;
    throw this.#notUnderstood(operation, answer.status, parsed.error);
  }

  #notUnderstood({ id }: Operation, status: number, cause: unknown): ApiError {
    return new ApiError('unexpected', status, `${this.url} gave an answer to ${id} that was not understood.`, {
      cause,
    });
  }

  async *events(signal: AbortSignal): AsyncGenerator<StreamEvent, void> {
    for await (const event of this.stream(events.stream, {}, signal)) {
      const parsed = streamEvent.safeParse(event);
      if (!parsed.success) throw this.#notUnderstood(events.stream, 200, parsed.error);
      yield parsed.data;
    }
  }

  /**
   * Yields the events of an operation that answers with a stream, until the stream ends or the signal is aborted.
   * @throws ApiError if the stream cannot be opened, or breaks
   */
  async *stream<O extends Operation>(
    operation: O,
    { params, query }: Pick<CallInput<O>, 'params' | 'query'>,
    signal: AbortSignal,
  ): AsyncGenerator<{ event: string | undefined; data: unknown }, void> {
    const { EventSourceParserStream } = await import('./http.ts');
    const answer = await this.#fetch(pathOf(operation, params), {
      method: 'GET',
      searchParams: queryOf(query),
      signal,
    });
    if (answer.body === null) return;
    let unread = 0;
    const state = { isDead: false };
    // Cancelling ends the connection in any case; Node loses the abort of a request that was garbage-collected.
    const cancel = (): void => void reader.cancel().catch(() => undefined); // it may be broken already
    const giveUp = (): void => {
      state.isDead = true;
      cancel();
    };
    const timer = setTimeout(giveUp, silenceTimeoutMs);
    const onBytes = (bytes: number): void => {
      timer.refresh();
      unread += bytes;
      if (unread > maxAnswerBytes) giveUp(); // There was still no event.
    };
    const reader = answer.body
      .pipeThrough(countBytes(onBytes))
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new EventSourceParserStream({ maxBufferSize: maxEventCharacters }))
      .getReader();
    signal.addEventListener('abort', cancel);
    try {
      for (;;) {
        const { done, value } = await this.#withApiError(reader.read());
        if (state.isDead) throw brokenConnection(this.url, undefined);
        if (done) return;
        unread = 0;
        const data = json.safeParse(value.data);
        if (!data.success) throw this.#notUnderstood(operation, answer.status, data.error);
        yield { event: value.event, data: data.data };
      }
    } finally {
      signal.removeEventListener('abort', cancel);
      clearTimeout(timer);
      cancel(); // A consumer that stops listening ends the connection.
    }
  }

  async put(signedUrl: string, type: string, content: Uint8Array<ArrayBuffer>): Promise<void> {
    const { ky, isHTTPError } = await import('./http.ts');
    const headers = { 'Content-Type': type };
    await this.#withApiError(
      ky.put(signedUrl, { body: content, headers, timeout: fileTimeoutMs, retry: 0, ...this.#transport }),
      isHTTPError,
    );
  }

  async download(signedUrl: string): Promise<Uint8Array<ArrayBuffer>> {
    const { ky, isHTTPError } = await import('./http.ts');
    const answer = await this.#withApiError(
      ky.get(signedUrl, { timeout: callTimeoutMs, retry: 0, ...this.#transport }),
      isHTTPError,
    );
    return this.#bytes(answer, maxFileBytes, fileTimeoutMs);
  }

  async #bytes({ body, status }: KyResponse, maxBytes: number, timeoutMs: number): Promise<Uint8Array<ArrayBuffer>> {
    if (body === null) return new Uint8Array();
    const chunks: Uint8Array[] = [];
    let size = 0;
    const state = { isLate: false };
    const reader: ReadableStreamDefaultReader<Uint8Array> = body.getReader();
    const cancel = (): void => void reader.cancel().catch(() => undefined); // it may be broken already
    const timer = setTimeout(() => {
      state.isLate = true;
      cancel();
    }, timeoutMs);
    try {
      for (;;) {
        const { done, value } = await this.#withApiError(reader.read());
        if (state.isLate) throw brokenConnection(this.url, undefined);
        if (done) return new Uint8Array(Buffer.concat(chunks));
        size += value.length;
        chunks.push(value);
        if (size <= maxBytes) continue;
        cancel();
        throw new ApiError('unexpected', status, `${this.url} answered with more than ${maxBytes / 1024 / 1024} MiB.`);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  async #fetch(
    path: string,
    {
      mark,
      isByAssistant = false,
      slot,
      isJson = false,
      ...options
    }: Options & {
      mark?: string | undefined;
      isByAssistant?: boolean | undefined;
      slot?: number | undefined;
      isJson?: boolean;
    },
  ): Promise<KyResponse> {
    const { ky, isHTTPError } = await import('./http.ts');
    const headers = {
      ...(this.#key === undefined ? {} : { authorization: `Bearer ${this.#key}` }),
      ...(mark === undefined ? {} : { 'Idempotency-Key': mark }),
      ...(isByAssistant ? { [startedByHeader]: 'assistant' } : {}),
      ...(slot === undefined ? {} : { [slotHeader]: String(slot) }),
      ...(isJson ? { 'content-type': 'application/json' } : {}),
    };
    // The key must not be sent to another server, so redirects are not followed.
    const redirect = 'manual';
    const sent = ky(new URL(path, this.url), {
      timeout: callTimeoutMs,
      ...options,
      ...this.#transport,
      headers,
      redirect,
      retry: 0,
    });
    return this.#withApiError(sent, isHTTPError);
  }

  async #withApiError<T>(work: Promise<T>, isHttpError?: (error: unknown) => error is HTTPError): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (isHttpError?.(error)) throw refusal(error.response.status, error.data);
      throw brokenConnection(this.url, error);
    }
  }
}

const countBytes = (
  listener: (bytes: number) => void,
): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> =>
  new TransformStream({
    transform: (piece, stream) => {
      listener(piece.length);
      stream.enqueue(piece);
    },
  });

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
