import * as z from 'zod';
import type { Handlers } from '../../shared/contract/messages.ts';
import type { FromOperator, ToOperator } from '../../shared/contract/operatorView.ts';

export const operatorViewState = z.object({
  scale: z.number().min(1).max(2).catch(1),
  serial: z.string().catch(''),
  loop: z.boolean().catch(false),
  logOpen: z.boolean().catch(false),
  draft: z.object({ prompt: z.string(), text: z.string() }).catch({ prompt: '', text: '' }),
});
export type OperatorViewState = z.infer<typeof operatorViewState>;

export interface OperatorHost {
  send(message: FromOperator): void;
  handleMessages(handlers: Handlers<ToOperator>): void;
  readonly viewState: { readonly value: OperatorViewState; save(change: Partial<OperatorViewState>): void };
}
