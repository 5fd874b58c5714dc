import type { HTTPError, KyResponse, Options } from 'ky';
import * as z from 'zod';
import { events, type StreamEvent, streamEvent } from '../../shared/contract/events.ts';
import { parseExactly } from '../../shared/contract/exactJson.ts';
import type { Answer, Operation } from '../../shared/contract/operation.ts';
import { ApiError, brokenConnection, refusal } from './apiError.ts';

const json = z.string().transform((text, context): unknown => {
  try {
    return parseExactly(text);
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
  /** A body that is JSON already: it is sent as it is, with every digit. */
  rawBody?: Uint8Array<ArrayBuffer>;
  /** Marks all tries of one push: the server makes one run of them. */
  mark?: string;
}

/** Milliseconds until a call without an answer counts as offline. */
const callTimeoutMs = 15_000;
/** Milliseconds for the whole of an answer, and of what is sent or fetched by a signed address. */
const [wholeAnswer, wholeFile] = [60_000, 10 * 60_000];
/** An event stream has a comment every few seconds; a silent one is dead. */
const silenceTimeoutMs = 60_000;

/** Bytes of an answer, of a file, and characters of an event that are taken. The station server takes files up to 100 MiB. */
const [mostAnswer, mostFile, mostEvent] = [64 * 1024 * 1024, 256 * 1024 * 1024, 16 * 1024 * 1024];

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
      ...(input.rawBody === undefined ? {} : { body: input.rawBody }),
      isJson: input.rawBody !== undefined,
      mark: input.mark,
    });
    const text = new TextDecoder().decode(await this.#bytes(answer, mostAnswer, wholeAnswer));
    const parsed = json.pipe(operation.answer).safeParse(text);
    if (parsed.success) return parsed.data as Answer<O>;
    throw this.#notUnderstood(operation, answer.status, parsed.error);
  }

  #notUnderstood({ id }: Operation, status: number, cause: unknown): ApiError {
    return new ApiError('unexpected', status, `${this.url} gave an answer to ${id} that was not understood.`, {
      cause,
    });
  }

  /**
   * The server's event stream, as long as it lasts.
   * @param signal ends it
   * @throws ApiError when it cannot be opened, or breaks
   */
  async *events(signal: AbortSignal): AsyncGenerator<StreamEvent, void> {
    for await (const event of this.stream(events.stream, {}, signal)) {
      const parsed = streamEvent.safeParse(event);
      if (!parsed.success) throw this.#notUnderstood(events.stream, 200, parsed.error);
      yield parsed.data;
    }
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
    const answer = await this.#fetch(pathOf(operation, params), { method: 'GET', signal });
    if (answer.body === null) return;
    let [unread, isDead] = [0, false];
    // Cancelling ends the connection in any case; Node loses the abort of a request that was garbage-collected.
    const cancel = (): void => void reader.cancel().catch(() => undefined); // it may be broken already
    const giveUp = (): void => {
      isDead = true;
      cancel();
    };
    const timer = setTimeout(giveUp, silenceTimeoutMs);
    const hear = (bytes: number): void => {
      timer.refresh();
      unread += bytes;
      if (unread > mostAnswer) giveUp(); // and still no event
    };
    const reader = answer.body
      .pipeThrough(countBytes(hear))
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new EventSourceParserStream({ maxBufferSize: mostEvent }))
      .getReader();
    signal.addEventListener('abort', cancel);
    try {
      for (;;) {
        const { done, value } = await this.#withApiError(reader.read());
        if (isDead) throw brokenConnection(this.url, undefined);
        if (done) return;
        unread = 0;
        const data = json.safeParse(value.data);
        if (!data.success) throw this.#notUnderstood(operation, answer.status, data.error);
        yield { event: value.event, data: data.data };
      }
    } finally {
      signal.removeEventListener('abort', cancel);
      clearTimeout(timer);
      cancel(); // whoever stops listening ends the connection
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
    await this.#withApiError(
      ky.put(url, { body: content, headers, timeout: wholeFile, retry: 0, ...transport }),
      isHTTPError,
    );
  }

  /** What is behind a signed address of the server; the key stays here. @throws ApiError */
  async download(url: string): Promise<Uint8Array<ArrayBuffer>> {
    const { ky, isHTTPError } = await import('./http.ts');
    const transport = this.#transport === undefined ? {} : { fetch: this.#transport };
    const answer = await this.#withApiError(
      ky.get(url, { timeout: callTimeoutMs, retry: 0, ...transport }),
      isHTTPError,
    );
    return this.#bytes(answer, mostFile, wholeFile);
  }

  /** The body of an answer, unpacked. @throws ApiError when it is longer than that, or takes more milliseconds */
  async #bytes({ body, status }: KyResponse, most: number, millis: number): Promise<Uint8Array<ArrayBuffer>> {
    if (body === null) return new Uint8Array();
    const chunks: Uint8Array[] = [];
    let [size, isLate] = [0, false];
    const reader: ReadableStreamDefaultReader<Uint8Array> = body.getReader();
    const cancel = (): void => void reader.cancel().catch(() => undefined); // it may be broken already
    const timer = setTimeout(() => {
      isLate = true;
      cancel();
    }, millis);
    try {
      for (;;) {
        const { done, value } = await this.#withApiError(reader.read());
        if (isLate) throw brokenConnection(this.url, undefined);
        if (done) return new Uint8Array(Buffer.concat(chunks));
        size += value.length;
        chunks.push(value);
        if (size <= most) continue;
        cancel();
        throw new ApiError('unexpected', status, `${this.url} answered with more than ${most / 1024 / 1024} MiB.`);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  async #fetch(
    path: string,
    { mark, isJson = false, ...options }: Options & { mark?: string | undefined; isJson?: boolean },
  ): Promise<KyResponse> {
    const { ky, isHTTPError } = await import('./http.ts');
    const headers = {
      ...(this.#key === undefined ? {} : { authorization: `Bearer ${this.#key}` }),
      ...(mark === undefined ? {} : { 'Idempotency-Key': mark }),
      ...(isJson ? { 'content-type': 'application/json' } : {}),
    };
    const transport = this.#transport === undefined ? {} : { fetch: this.#transport };
    // The key is this server's; whoever it sends us on to is not asked.
    const redirect = 'manual';
    const sent = ky(new URL(path, this.url), {
      ...options,
      ...transport,
      headers,
      redirect,
      timeout: callTimeoutMs,
      retry: 0,
    });
    return this.#withApiError(sent, isHTTPError);
  }

  /** Waits for something of a connection; what goes wrong becomes an ApiError. */
  async #withApiError<T>(work: Promise<T>, isHttpError?: (error: unknown) => error is HTTPError): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (isHttpError?.(error)) throw refusal(error.response.status, error.data);
      throw brokenConnection(this.url, error);
    }
  }
}

/** @param listener is told how many bytes come by */
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
