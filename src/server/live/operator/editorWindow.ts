import type { LiveTest } from '../../../shared/contract/liveTest.ts';
import type { Input } from '../../../shared/contract/operation.ts';
import type { LiveState, operator, WindowRequest } from '../../../shared/contract/operator.ts';
import { mergeDefined, patchTest } from '../../../shared/live/livePatch.ts';
import { conflict } from '../../http/refusalError.ts';
import type { Listener } from '../openStreams.ts';
import type { TestSource } from './testSource.ts';

type Report = Omit<Input<typeof operator.report>['body'], 'slot'>;

const maxPendingRequests = 50;

export class EditorWindow implements TestSource {
  readonly kind = 'editor';
  test: LiveTest | null = null;
  startedAtMs = 0;
  isStopping = false;
  isBusy = false;
  offer: LiveState['offer'] = null;
  openedAtMs = 0;
  #number = -1;
  #listener: Listener | null = null;
  readonly #pending: WindowRequest[] = [];

  get isConnected(): boolean {
    return this.#listener !== null;
  }

  attach(listener: Listener): void {
    this.#listener = listener;
    this.openedAtMs = performance.now();
  }

  /** Returns false if another stream of the window has replaced this one. */
  detach(listener: Listener): boolean {
    if (this.#listener !== listener) return false;
    this.#listener = null;
    return true;
  }

  request(request: WindowRequest): void {
    this.#pending.push(request);
    this.#pending.splice(0, this.#pending.length - maxPendingRequests);
    this.#listener?.notify();
  }

  takeRequests(): WindowRequest[] {
    return this.#pending.splice(0);
  }

  readonly stop = (): void => {
    if (!this.test) return;
    this.isStopping = true;
    this.request({ event: 'stop', data: { execution_id: this.test.execution_id } });
  };

  answer(prompt_id: string, text: string): void {
    if (this.test) {
      this.request({ event: 'answer', data: { execution_id: this.test.execution_id, prompt_id, text } });
    }
  }

  /** @throws RefusalError (409) if the patch is not for the last report; the window then sends the whole report */
  applyReport({ test, patch, number, stopping, busy, offer }: Report): void {
    const before = this.test?.execution_id;
    if (test) this.test = test;
    else if (patch) this.test = this.#patched(patch, number);
    if (test ?? patch) this.#number = number;
    if (this.test?.execution_id !== before) {
      this.startedAtMs = performance.now();
      this.isStopping = false;
    }
    this.isStopping = stopping ?? this.isStopping;
    this.isBusy = busy ?? this.isBusy;
    if (offer) {
      const before = this.offer ?? { script: null, next_serial_number: null, loop: false, problem: null };
      this.offer = mergeDefined(before, offer);
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
