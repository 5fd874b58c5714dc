import * as l10n from '@vscode/l10n';
import { dispatch, type Handlers } from '../../shared/contract/messages.ts';
import { operator } from '../../shared/contract/operator.ts';
import type { FromOperator, OperatorAction, ToOperator } from '../../shared/contract/operatorView.ts';
import { watchWithReconnect } from '../../shared/live/watchWithReconnect.ts';
import { type OperatorHost, type OperatorViewState, operatorViewState } from '../operator/operatorHost.ts';
import { keys } from './keys.ts';
import { call, RefusedError, streamStates } from './server.ts';

const firstRetryDelayMs = 500;
const maxRetryDelayMs = 5_000;

export class PageHost implements OperatorHost {
  readonly #station: string;
  readonly #token: string | undefined;
  readonly #onSignIn: () => void;
  #handlers: Handlers<ToOperator> | undefined;
  readonly #abort = new AbortController();

  /** @param token of a link, if there is one @param onSignIn called when the viewer wants to or has to enter a key */
  constructor(station: string, token: string | undefined, onSignIn: () => void) {
    this.#station = station;
    this.#token = token;
    this.#onSignIn = onSignIn;
  }

  readonly viewState = new PageState();

  handleMessages(handlers: Handlers<ToOperator>): void {
    this.#handlers = handlers;
    void this.#watch();
  }

  dispose(): void {
    this.#abort.abort();
  }

  send(message: FromOperator): void {
    const params = { id: this.#station };
    switch (message.type) {
      case 'answer': {
        const { slot, prompt_id, text } = message;
        void this.#act('answer', slot, (key) => call(operator.answer, key, { params, body: { prompt_id, text } }));
        break;
      }
      case 'stop': {
        const { slot, execution_id } = message;
        void this.#act('stop', slot, (key) => call(operator.stop, key, { params, body: { execution_id } }));
        break;
      }
      case 'start': {
        const { slot, serial_number, loop } = message;
        const body = { slot, serial_number, loop };
        void this.#act('start', slot, (key) => call(operator.start, key, { params, body }));
        break;
      }
      case 'loop': {
        const { slot, loop } = message;
        void this.#act('loop', slot, (key) => call(operator.loop, key, { params, body: { slot, loop } }));
        break;
      }
      case 'signIn':
        this.#onSignIn();
        break;
      case 'signOut':
        keys.remove();
        location.reload();
        break;
      default: // the other messages are for editors only
    }
  }

  async #act(what: OperatorAction, slot: number, act: (key: string) => Promise<unknown>): Promise<void> {
    try {
      await act(keys.get() ?? '');
    } catch (error) {
      this.#post({ type: 'refused', what, slot, message: wordsOf(error) });
    }
  }

  async #watch(): Promise<void> {
    let key: string | null = null;
    await watchWithReconnect({
      open: () => {
        key = keys.get();
        this.#post({ type: 'access', may_act: key !== null, in_editor: false });
        return streamStates(this.#station, key ?? this.#token ?? '', this.#abort.signal);
      },
      onEvent: (event) => {
        if (event.event === 'state') this.#post({ type: 'state', ...event.data });
        else this.#post({ type: 'patch', ...event.data });
        this.#post({ type: 'connection', state: 'live', message: null });
      },
      onDisconnect: (error) => {
        if (error instanceof RefusedError && error.status < 500 && error.status !== 429) {
          return this.#refused(key, error) ? 'retryNow' : 'stop';
        }
        this.#post({ type: 'connection', state: 'lost', message: null });
        return 'retry';
      },
      signal: this.#abort.signal,
      firstDelayMs: firstRetryDelayMs,
      maxDelayMs: maxRetryDelayMs,
    });
  }

  /** Returns whether the station can be watched without the key that was refused. */
  #refused(key: string | null, error: RefusedError): boolean {
    if (key !== null && error.status === 401) {
      keys.remove();
      if (this.#token !== undefined) return true;
    }
    this.#post({ type: 'connection', state: 'ended', message: error.message });
    this.#onSignIn();
    return false;
  }

  #post(message: ToOperator): void {
    if (this.#handlers && !this.#abort.signal.aborted) dispatch(this.#handlers, message);
  }
}

const wordsOf = (error: unknown): string =>
  error instanceof RefusedError
    ? error.message
    : l10n.t('The server did not respond. Check the state of the test before you try again.');

const stateName = 'testStations.operatorView';

class PageState {
  #value: OperatorViewState = operatorViewState.parse(JSON.parse(sessionStorage.getItem(stateName) ?? '{}'));

  get value(): OperatorViewState {
    return this.#value;
  }

  save(change: Partial<OperatorViewState>): void {
    this.#value = { ...this.#value, ...change };
    sessionStorage.setItem(stateName, JSON.stringify(this.#value));
  }
}
