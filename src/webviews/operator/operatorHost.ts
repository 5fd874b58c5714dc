import * as z from 'zod';
import type { Handlers } from '../../shared/contract/messages.ts';
import type { FromOperator, ToOperator } from '../../shared/contract/operatorView.ts';

/** What the view keeps of itself over a reload. */
export const kept = z.object({
  /** Of the letters; 1 is the usual. */
  scale: z.number().min(1).max(2).catch(1),
  serial: z.string().catch(''),
  loop: z.boolean().catch(false),
  logOpen: z.boolean().catch(false),
  /** What was typed into the answer to which prompt. */
  draft: z.object({ prompt: z.string(), text: z.string() }).catch({ prompt: '', text: '' }),
});
export type KeptOperatorState = z.infer<typeof kept>;

/** Whatever holds the view: a panel of an editor, or a page in a browser. */
export interface OperatorHost {
  send(message: FromOperator): void;
  /** Hands each message to its handler, then says that the view is ready. */
  listen(handlers: Handlers<ToOperator>): void;
  readonly kept: { readonly value: KeptOperatorState; keep(change: Partial<KeptOperatorState>): void };
}
