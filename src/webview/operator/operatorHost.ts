import * as z from 'zod';
import type { FromOperator, ToOperator } from '../../contract/operatorView.ts';
import type { Handlers } from '../../domain/messages.ts';

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
export type Kept = z.infer<typeof kept>;

/** Whatever holds the view: a panel of an editor, or a page in a browser. */
export interface OperatorHost {
  send(message: FromOperator): void;
  /** Hands each message to its handler, then says that the view is ready. */
  listen(handlers: Handlers<ToOperator>): void;
  readonly kept: { readonly value: Kept; keep(change: Partial<Kept>): void };
}
