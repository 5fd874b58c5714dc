import * as z from 'zod';
import type { Handlers } from '../../shared/contract/messages.ts';
import type { FromOperator, ToOperator } from '../../shared/contract/operatorView.ts';

/** The state that the view keeps over a reload. */
export const operatorViewState = z.object({
  /** The font scale. */
  scale: z.number().min(1).max(2).catch(1),
  serial: z.string().catch(''),
  loop: z.boolean().catch(false),
  logOpen: z.boolean().catch(false),
  /** The unsent answer, and the id of its prompt. */
  draft: z.object({ prompt: z.string(), text: z.string() }).catch({ prompt: '', text: '' }),
});
export type OperatorViewState = z.infer<typeof operatorViewState>;

/** The host of the view: a panel of an editor, or a page in a browser. */
export interface OperatorHost {
  send(message: FromOperator): void;
  /** Passes each message to its handler, and reports that the view is ready. */
  handleMessages(handlers: Handlers<ToOperator>): void;
  readonly viewState: { readonly value: OperatorViewState; save(change: Partial<OperatorViewState>): void };
}
