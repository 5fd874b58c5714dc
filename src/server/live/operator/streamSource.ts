import type { LiveTest } from '../../../shared/contract/liveTest.ts';
import { type OpenhtfView, readOpenhtfState } from '../../../shared/live/openhtfState.ts';
import type { LiveStream } from '../streaming/streams.ts';
import type { TestSource } from './testSource.ts';

/** Milliseconds between two states that are read. Those in between are skipped, because each state is complete. */
const readIntervalMs = 50;

/**
 * A test that is reported by states of OpenHTF: the stream of the official client, or a followed OpenHTF station
 * server.
 */
export class StreamSource implements TestSource {
  readonly kind: 'stream' | 'followed';
  test: LiveTest | null = null;
  connected = true;
  since = performance.now();
  readonly stopping = false;
  readonly busy = false;
  readonly stop = null;
  readonly #stream: LiveStream;
  readonly #onChange: () => void;
  #view: OpenhtfView | null = null;
  #unread: { state: unknown } | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(kind: StreamSource['kind'], stream: LiveStream, onNews: () => void) {
    this.kind = kind;
    this.#stream = stream;
    this.#onChange = onNews;
  }

  take(state: unknown): void {
    this.#unread = { state };
    this.#timer ??= setTimeout(() => this.#read(), 0);
  }

  /** @param farewell whether the script ended properly: a test that is not completed then never will be */
  end(farewell: boolean): void {
    this.#read();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.connected = false;
    if (farewell && this.test !== null && this.test.status !== 'completed') {
      this.test = { ...this.test, status: 'completed', prompt: null };
    }
    this.#onChange();
  }

  answer(prompt: string, text: string): void {
    const plug = this.#view?.promptPlug;
    if (plug != null && this.#view?.test.prompt?.id === prompt) {
      this.#stream.send({ plug_name: plug, method_name: 'respond', args: [prompt, text] });
    }
  }

  #read(): void {
    const unread = this.#unread;
    this.#unread = undefined;
    this.#timer = undefined;
    if (unread === undefined) return;
    this.#timer = setTimeout(() => this.#read(), readIntervalMs);
    const view = readOpenhtfState(this.#view, unread.state, Date.now());
    if (view === null) return;
    if (view.test.execution_id !== this.#view?.test.execution_id) this.since = performance.now();
    this.#view = view;
    this.test = view.test;
    this.#onChange();
  }
}
