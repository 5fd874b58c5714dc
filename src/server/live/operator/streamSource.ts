import type { LiveTest } from '../../../shared/contract/liveTest.ts';
import { type OpenhtfView, readOpenhtfState } from '../../../shared/live/openhtfState.ts';
import { StateThrottle } from '../stateThrottle.ts';
import type { LiveStream } from '../streaming/streams.ts';
import type { TestSource } from './testSource.ts';

const readIntervalMs = 50;

/** A test that reports states of OpenHTF: by the stream of the official client, or as a followed OpenHTF station server. */
export class StreamSource implements TestSource {
  readonly kind: 'stream' | 'followed';
  test: LiveTest | null = null;
  isConnected = true;
  startedAtMs = performance.now();
  readonly isStopping = false;
  readonly isBusy = false;
  readonly stop = null;
  readonly #stream: LiveStream;
  readonly #onChange: () => void;
  #view: OpenhtfView | null = null;
  readonly #states = new StateThrottle<unknown>(readIntervalMs, (state) => this.#read(state));

  constructor(kind: StreamSource['kind'], stream: LiveStream, onChange: () => void) {
    this.kind = kind;
    this.#stream = stream;
    this.#onChange = onChange;
  }

  receive(state: unknown): void {
    this.#states.push(state);
  }

  /** After the script has disconnected cleanly, a test that is not completed never will be. */
  end(hasDisconnectedCleanly: boolean): void {
    this.#states.flushAndStop();
    this.isConnected = false;
    if (hasDisconnectedCleanly && this.test !== null && this.test.status !== 'completed') {
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

  #read(state: unknown): void {
    const view = readOpenhtfState(this.#view, state, Date.now());
    if (view === null) return;
    if (view.test.execution_id !== this.#view?.test.execution_id) this.startedAtMs = performance.now();
    this.#view = view;
    this.test = view.test;
    this.#onChange();
  }
}
