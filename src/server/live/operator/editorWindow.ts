import type { LiveTest } from '../../../shared/contract/liveTest.ts';
import type { Input } from '../../../shared/contract/operation.ts';
import type { LiveState, operator, WindowRequest } from '../../../shared/contract/operator.ts';
import { patchTest } from '../../../shared/live/livePatch.ts';
import { conflict } from '../../http/refusalError.ts';
import type { Listener } from '../openStreams.ts';
import type { TestSource } from './testSource.ts';

type Report = Input<typeof operator.report>['body'];

/** The maximum number of requests that wait for a window to reconnect. */
const mostWaiting = 50;

/** An editor window, which reports the test that it runs and does what is requested. */
export class EditorWindow implements TestSource {
  readonly kind = 'editor';
  test: LiveTest | null = null;
  since = 0;
  stopping = false;
  busy = false;
  offer: LiveState['offer'] = null;
  /** When it opened its stream of requests, by the monotonic clock. */
  opened = 0;
  #number = -1;
  #listener: Listener | null = null;
  readonly #waiting: WindowRequest[] = [];

  get connected(): boolean {
    return this.#listener !== null;
  }

  opens(listener: Listener): void {
    this.#listener = listener;
    this.opened = performance.now();
  }

  /** Returns false if another stream of the window has replaced this one. */
  closes(listener: Listener): boolean {
    if (this.#listener !== listener) return false;
    this.#listener = null;
    return true;
  }

  request(request: WindowRequest): void {
    this.#waiting.push(request);
    this.#waiting.splice(0, this.#waiting.length - mostWaiting);
    this.#listener?.notify();
  }

  /** Returns the requests to send. */
  take(): WindowRequest[] {
    return this.#waiting.splice(0);
  }

  readonly stop = (): void => {
    if (!this.test) return;
    this.stopping = true;
    this.request({ event: 'stop', data: { execution_id: this.test.execution_id } });
  };

  answer(prompt_id: string, text: string): void {
    if (this.test) {
      this.request({ event: 'answer', data: { execution_id: this.test.execution_id, prompt_id, text } });
    }
  }

  /** @throws RefusalError (409) if the patch is not for the last report; the window then sends the whole report */
  takeReport({ test, patch, number, stopping, busy, offer }: Report): void {
    const before = this.test?.execution_id;
    if (test) this.test = test;
    else if (patch) this.test = this.#patched(patch, number);
    if (test ?? patch) this.#number = number;
    if (this.test?.execution_id !== before) {
      this.since = performance.now();
      this.stopping = false;
    }
    this.stopping = stopping ?? this.stopping;
    this.busy = busy ?? this.busy;
    if (offer) {
      const kept = this.offer ?? { script: null, next_serial_number: null, loop: false, problem: null };
      this.offer = { ...kept, ...defined(offer) };
    }
  }

  #patched(patch: NonNullable<Report['patch']>, number: number): LiveTest {
    const missing = (): Error => conflict('This server does not have the state before this one. Send the whole test.');
    if (this.test === null || number !== this.#number + 1) throw missing();
    try {
      return patchTest(this.test, patch);
    } catch (error) {
      throw error instanceof RangeError ? missing() : error;
    }
  }
}

function defined<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
