import * as z from 'zod';
import type { Handlers } from '../../shared/contract/messages.ts';
import type { FromOperator, ToOperator } from '../../shared/contract/operatorView.ts';

const slotViewState = z.object({
  serial: z.string().catch(''),
  loop: z.boolean().catch(false),
  logOpen: z.boolean().catch(false),
  /** Whether the phases and the log are shown. They are always shown when the station has one slot. */
  detailsOpen: z.boolean().catch(false),
  draft: z.object({ prompt: z.string(), text: z.string() }).catch({ prompt: '', text: '' }),
});
export type SlotViewState = z.infer<typeof slotViewState>;

const pageViewState = z.object({
  scale: z.number().min(1).max(2).catch(1),
  slots: z.record(z.string(), slotViewState).catch({}),
});

/** Earlier versions saved the fields of the first slot beside the scale. */
export const operatorViewState = z.preprocess((saved) => {
  const isEarlier = typeof saved === 'object' && saved !== null && !('slots' in saved) && 'serial' in saved;
  return isEarlier ? { ...saved, slots: { 1: saved } } : saved;
}, pageViewState);
export type OperatorViewState = z.infer<typeof operatorViewState>;

export interface OperatorHost {
  send(message: FromOperator): void;
  handleMessages(handlers: Handlers<ToOperator>): void;
  readonly viewState: { readonly value: OperatorViewState; save(change: Partial<OperatorViewState>): void };
}

export const slotViewStateOf = ({ viewState }: OperatorHost, slot: number): SlotViewState =>
  viewState.value.slots[slot] ?? slotViewState.parse({});

export function saveSlotViewState(host: OperatorHost, slot: number, change: Partial<SlotViewState>): void {
  const { slots } = host.viewState.value;
  host.viewState.save({ slots: { ...slots, [slot]: { ...slotViewStateOf(host, slot), ...change } } });
}
