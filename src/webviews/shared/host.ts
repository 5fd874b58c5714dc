import * as l10n from '@vscode/l10n';
import * as z from 'zod';
import { dispatch, type Handlers } from '../../shared/contract/messages.ts';
import { withoutDirectionOverrides } from '../../shared/format/oneLine.ts';

declare function acquireVsCodeApi(): {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
};

// The page's policy forbids creating code from text, which zod would try by default.
z.config({ jitless: true });

const api = acquireVsCodeApi();
const { subject = '', words = '{}' } = document.body.dataset;
l10n.config({ contents: z.record(z.string(), z.string()).parse(JSON.parse(words)) });

export const post = (message: { type: string }): void => api.postMessage(message);

/** Passes each valid message of the host to its handler. @param about sent to the host with `ready` */
export function handleMessages<S extends z.ZodType<{ type: string }>>(
  schema: S,
  handlers: Handlers<z.output<S>>,
  about: object = {},
): void {
  window.addEventListener('message', ({ data }: MessageEvent<unknown>) =>
    dispatch(handlers, schema.parse(withoutDirectionOverrides(data))),
  );
  post({ ...about, type: 'ready' });
}

/** The state of a view, which survives a reload of the window. The host restores the panel by `subject`. */
export class ViewState<S extends z.ZodType<object>> {
  #value: z.output<S>;

  /** @param schema must accept an empty object */
  constructor(schema: S) {
    this.#value = schema.parse(api.getState() ?? {});
    this.save({});
  }

  get value(): z.output<S> {
    return this.#value;
  }

  save(change: Partial<z.output<S>>): void {
    this.#value = { ...this.#value, ...change };
    api.setState({ ...this.#value, subject });
  }
}
