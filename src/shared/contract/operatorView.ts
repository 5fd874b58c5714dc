import * as z from 'zod';
import { stateEvent } from './operator.ts';

/** The messages between the Operator UI's view and its host: the extension, or the page in a browser. */

const [whole, change] = stateEvent.options;

/** From the host. */
export const toOperator = z.discriminatedUnion('type', [
  whole.shape.data.extend({ type: z.literal('state') }),
  change.shape.data.extend({ type: z.literal('patch') }),
  z.object({
    type: z.literal('connection'),
    /** `lost`: it is tried again by itself. `ended`: it is not. */
    state: z.enum(['connecting', 'live', 'lost', 'ended']),
    /** Why, as a sentence; null: there is nothing to say. */
    message: z.string().nullable(),
  }),
  z.object({
    type: z.literal('access'),
    /** The viewer may answer, stop and start. */
    may_act: z.boolean(),
    /** The view is a panel of an editor: it can choose scripts and share links. */
    in_editor: z.boolean(),
  }),
  /** A request was refused or failed, with the reason as a sentence. */
  z.object({ type: z.literal('refused'), what: z.enum(['answer', 'stop', 'start', 'loop']), message: z.string() }),
]);
export type ToOperator = z.infer<typeof toOperator>;

/** From the view. */
export const fromOperator = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('answer'), prompt_id: z.string(), text: z.string() }),
  z.object({ type: z.literal('stop'), execution_id: z.string() }),
  z.object({ type: z.literal('start'), serial_number: z.string(), loop: z.boolean() }),
  z.object({ type: z.literal('loop'), loop: z.boolean() }),
  z.object({ type: z.literal('chooseScript') }),
  z.object({ type: z.literal('share') }),
  z.object({ type: z.literal('openInBrowser') }),
  /** The page in a browser: gives or takes away the key with which its viewer may act. */
  z.object({ type: z.literal('signIn') }),
  z.object({ type: z.literal('signOut') }),
]);
export type FromOperator = z.infer<typeof fromOperator>;
