import * as l10n from '@vscode/l10n';
import * as z from 'zod';
import { dispatch, type Handlers } from '../../shared/contract/messages.ts';
import { inOrder } from '../../shared/format/oneLine.ts';

declare function acquireVsCodeApi(): {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
};

// The page's policy forbids making code from text, which zod would otherwise try.
z.config({ jitless: true });

const api = acquireVsCodeApi();
const { subject = '', words = '{}' } = document.body.dataset;
l10n.config({ contents: z.record(z.string(), z.string()).parse(JSON.parse(words)) });

/** Sends a message to the extension host. */
export const post = (message: { type: string }): void => api.postMessage(message);

/**
 * Hands each message of the host, once it is parsed, to its handler; then tells the host that the view is ready.
 * @param about what the host is to know of the page with that
 */
export function listen<S extends z.ZodType<{ type: string }>>(
  schema: S,
  handlers: Handlers<z.output<S>>,
  about: object = {},
): void {
  window.addEventListener('message', ({ data }: MessageEvent<unknown>) =>
    dispatch(handlers, schema.parse(inOrder(data))),
  );
  post({ ...about, type: 'ready' });
}

/**
 * What the view keeps of itself while it is hidden and over a reload of the window. Beside it `subject` is kept, by which
 * the host knows what to bring back.
 */
export class ViewState<S extends z.ZodType<object>> {
  #value: z.output<S>;

  /** @param schema takes anything, such as `undefined` at the first start: its fields have defaults and catches */
  constructor(schema: S) {
    this.#value = schema.parse(api.getState() ?? {});
    this.keep({});
  }

  get value(): z.output<S> {
    return this.#value;
  }

  keep(change: Partial<z.output<S>>): void {
    this.#value = { ...this.#value, ...change };
    api.setState({ ...this.#value, subject });
  }
}
