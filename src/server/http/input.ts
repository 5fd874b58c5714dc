import type { IncomingMessage } from 'node:http';
import type * as z from 'zod';
import { deepest, isTooDeep } from '../../domain/nesting.ts';
import { badRequest, type Issue, Refusal, tooLarge } from '../refusal.ts';

const maxBodyBytes = 10 * 1024 * 1024;

/** @throws Refusal (400) with one issue for each field that is wrong */
export function parseInput<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const byField = new Map<string, Issue>();
  for (const { message, path } of result.error.issues) {
    const steps = path.map((step) => (typeof step === 'number' ? step : String(step)));
    if (!byField.has(steps.join('.'))) byField.set(steps.join('.'), { message, path: steps });
  }
  throw new Refusal('BAD_REQUEST', 'Input validation failed', [...byField.values()]);
}

/** A parameter that stands once is a text, one that stands several times a list. */
export const flatQuery = (query: Record<string, string[]>): Record<string, string | string[]> =>
  Object.fromEntries(
    Object.entries(query).map(([name, values]) => [name, values.length === 1 ? (values[0] ?? '') : values]),
  );

/** @throws Refusal: 413 above 10 MiB, 400 when it is no JSON, no UTF-8, or nested too deep */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const text = await readText(request);
  if (isTooDeep(text)) throw badRequest(`The body of the request is nested more than ${deepest} levels deep.`);
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest(
      text === ''
        ? 'The request has no body; a JSON object is expected.'
        : 'The body of the request is not valid JSON.',
    );
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop must not end the connection on which the answer goes.
  const content: AsyncIterable<Uint8Array> = request.iterator({ destroyOnReturn: false });
  for await (const chunk of content) {
    size += chunk.length;
    if (size <= maxBodyBytes) chunks.push(chunk);
    // What is too much is read and dropped for a while: a client that is still sending sees no answer.
    else if (size > 10 * maxBodyBytes) break;
  }
  if (size > maxBodyBytes) {
    throw tooLarge(`The body of the request is larger than ${maxBodyBytes / 1024 / 1024} MiB.`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw badRequest('The body of the request is not valid UTF-8.');
  }
}
