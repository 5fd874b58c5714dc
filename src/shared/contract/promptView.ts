import * as z from 'zod';
import { promptForm } from './promptForm.ts';

const promptImage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('shown'), address: z.string() }),
  /** The image is elsewhere, such as on the web. Its address is displayed, and the image is not loaded. */
  z.object({ kind: z.literal('address'), address: z.string() }),
  z.object({ kind: z.literal('failed'), reason: z.string() }),
]);
export type PromptImage = z.infer<typeof promptImage>;

export const toPrompt = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('prompt'),
    request_id: z.string(),
    where: z.string(),
    message: z.string(),
    text_input: z.boolean(),
    image: promptImage.nullable(),
    form: promptForm,
  }),
  z.object({ type: z.literal('none'), where: z.string() }),
]);
export type ToPrompt = z.infer<typeof toPrompt>;

export const fromPrompt = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('answer'), request_id: z.string(), value: z.string() }),
  z.object({ type: z.literal('openImage') }),
]);
export type FromPrompt = z.infer<typeof fromPrompt>;
