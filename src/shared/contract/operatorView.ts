import * as z from 'zod';
import { id } from './common.ts';
import { slotNumber, stateEvent } from './operator.ts';

export const operatorAction = z.enum(['answer', 'stop', 'start', 'loop']);
export type OperatorAction = z.infer<typeof operatorAction>;

const [whole, change] = stateEvent.options;

export const toOperator = z.discriminatedUnion('type', [
  whole.shape.data.extend({ type: z.literal('state') }),
  change.shape.data.extend({ type: z.literal('patch') }),
  z.object({
    type: z.literal('connection'),
    /** `lost` is retried automatically; `ended` is not. */
    state: z.enum(['connecting', 'live', 'lost', 'ended']),
    message: z.string().nullable(),
  }),
  z.object({
    type: z.literal('access'),
    may_act: z.boolean(),
    in_editor: z.boolean(),
  }),
  z.object({ type: z.literal('refused'), what: operatorAction, slot: slotNumber, message: z.string() }),
]);
export type ToOperator = z.infer<typeof toOperator>;

export const fromOperator = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('answer'), slot: slotNumber, prompt_id: z.string(), text: z.string() }),
  z.object({ type: z.literal('stop'), slot: slotNumber, execution_id: z.string() }),
  z.object({ type: z.literal('start'), slot: slotNumber, serial_number: z.string(), loop: z.boolean() }),
  z.object({ type: z.literal('loop'), slot: slotNumber, loop: z.boolean() }),
  z.object({ type: z.literal('openRun'), run: id }),
  z.object({ type: z.literal('chooseScript') }),
  z.object({ type: z.literal('share') }),
  z.object({ type: z.literal('openInBrowser') }),
  z.object({ type: z.literal('signIn') }),
  z.object({ type: z.literal('signOut') }),
]);
export type FromOperator = z.infer<typeof fromOperator>;
