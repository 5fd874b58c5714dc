import * as z from 'zod';

/** What the webview of an operator prompt with an image and the extension host say to each other. */

const promptImage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('shown'), type: z.string(), content: z.instanceof(Uint8Array) }),
  /** On the web: named, and not loaded unasked. */
  z.object({ kind: z.literal('address'), address: z.string() }),
  /** Why it cannot be shown, as a sentence. */
  z.object({ kind: z.literal('failed'), reason: z.string() }),
]);
export type PromptImage = z.infer<typeof promptImage>;

/** From the host. */
export const toPrompt = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('prompt'),
    request_id: z.string(),
    /** The script and its station. */
    where: z.string(),
    message: z.string(),
    text_input: z.boolean(),
    image: promptImage,
  }),
  /** Nothing is asked just now. */
  z.object({ type: z.literal('none'), where: z.string() }),
]);
export type ToPrompt = z.infer<typeof toPrompt>;

/** From the webview. */
export const fromPrompt = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('answer'), request_id: z.string(), value: z.string() }),
  /** Opens the image's address in the browser. */
  z.object({ type: z.literal('openImage') }),
]);
export type FromPrompt = z.infer<typeof fromPrompt>;
