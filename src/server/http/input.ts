import type { IncomingMessage } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import type * as z from 'zod';
import { parseExactly } from '../../shared/contract/exactJson.ts';
import { excessOf } from '../../shared/json/jsonLimits.ts';
import { badRequest, type Issue, RefusalError, tooLarge, tooMany } from './refusalError.ts';

const maxBodyBytes = 10 * 1024 * 1024;

/** A body may have a hundred thousand wrong fields; a refusal names only the first of them. */
const mostIssues = 20;

/** @throws Refusal (400) with one issue for each of the first fields that are wrong */
export function parseInput<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const byField = new Map<string, Issue>();
  for (const { message, path } of result.error.issues) {
    const steps = path.map((step) => (typeof step === 'number' ? step : String(step)));
    if (byField.size === mostIssues) break;
    if (!byField.has(steps.join('.'))) byField.set(steps.join('.'), { message, path: steps });
  }
  throw new RefusalError('BAD_REQUEST', 'Input validation failed', [...byField.values()]);
}

/** A parameter that stands once is a text, one that stands several times a list. */
export const flatQuery = (query: Record<string, string[]>): Record<string, string | string[]> =>
  Object.fromEntries(
    Object.entries(query).map(([name, values]) => [name, values.length === 1 ? (values[0] ?? '') : values]),
  );

/** Bytes of bodies that one key may have in work at the same time. */
const mostInWork = 64 * 1024 * 1024;

/** Bytes of bodies in work, by the id of the key. */
const inWork = new Map<string, number>();

function noteInWork(keyId: string, bytes: number): void {
  const sum = (inWork.get(keyId) ?? 0) + bytes;
  if (sum === 0) inWork.delete(keyId);
  else inWork.set(keyId, sum);
}

/**
 * Reads the body of a request.
 * @param keyId of the key with which it was sent
 * @throws Refusal: 413 above 10 MiB, 400 when it is no JSON, no UTF-8, nested too deep, or has too many values,
 *   429 while the key has too many large requests open
 */
export async function readJson({ incoming, outgoing }: HttpBindings, keyId: string): Promise<unknown> {
  let own = 0;
  // Until it is answered: what the body was made into is in memory as long.
  outgoing.once('close', () => noteInWork(keyId, -own));
  const text = await readText(incoming, (bytes) => {
    if ((inWork.get(keyId) ?? 0) + bytes > mostInWork) {
      throw tooMany(
        'Too many large requests with this key are open at the same time. Wait for their answers, then retry.',
      );
    }
    own += bytes;
    noteInWork(keyId, bytes);
  });
  const excess = excessOf(text);
  if (excess !== null) throw badRequest(`The body of the request ${excess}.`);
  try {
    return parseExactly(text);
  } catch {
    throw badRequest(
      text === ''
        ? 'The request has no body; a JSON object is expected.'
        : 'The body of the request is not valid JSON.',
    );
  }
}

/** @param note notes bytes that will be in memory */
async function readText(request: IncomingMessage, note: (bytes: number) => void): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop must not end the connection on which the answer goes.
  const content: AsyncIterable<Uint8Array> = request.iterator({ destroyOnReturn: false });
  for await (const chunk of content) {
    size += chunk.length;
    if (size <= maxBodyBytes) {
      note(chunk.length);
      chunks.push(chunk);
    }
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
