import type { IncomingMessage } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import type * as z from 'zod';
import { parseExactly } from '../../shared/contract/exactJson.ts';
import { exceededLimit } from '../../shared/json/jsonLimits.ts';
import { badRequest, type Issue, RefusalError, tooLarge, tooMany } from './refusalError.ts';

const maxBodyBytes = 10 * 1024 * 1024;

const maxIssues = 20;

export function parseInput<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const byField = new Map<string, Issue>();
  for (const { message, path } of result.error.issues) {
    const steps = path.map((step) => (typeof step === 'number' ? step : String(step)));
    if (byField.size === maxIssues) break;
    if (!byField.has(steps.join('.'))) byField.set(steps.join('.'), { message, path: steps });
  }
  throw new RefusalError('BAD_REQUEST', 'Input validation failed', [...byField.values()]);
}

export const flatQuery = (query: Record<string, string[]>): Record<string, string | string[]> =>
  Object.fromEntries(
    Object.entries(query).map(([name, values]) => [name, values.length === 1 ? (values[0] ?? '') : values]),
  );

const maxOpenBytesPerKey = 64 * 1024 * 1024;

const openBytesByKey = new Map<string, number>();

function addOpenBytes(keyId: string, bytes: number): void {
  const sum = (openBytesByKey.get(keyId) ?? 0) + bytes;
  if (sum === 0) openBytesByKey.delete(keyId);
  else openBytesByKey.set(keyId, sum);
}

/**
 * @throws RefusalError 413 above `maxBytes`; 400 if the body is not JSON or not UTF-8, is nested too deep, or has too many
 *   values; 429 while the key has too many large requests open
 */
export async function readJson(
  { incoming, outgoing }: HttpBindings,
  keyId: string,
  maxBytes = maxBodyBytes,
): Promise<unknown> {
  let own = 0;
  // The bytes count until the response is sent, because the parsed body stays in memory that long.
  outgoing.once('close', () => addOpenBytes(keyId, -own));
  const text = await readText(incoming, maxBytes, (bytes) => {
    if ((openBytesByKey.get(keyId) ?? 0) + bytes > maxOpenBytesPerKey) {
      throw tooMany(
        'Too many large requests with this key are open at the same time. Wait for their answers, then retry.',
      );
    }
    own += bytes;
    addOpenBytes(keyId, bytes);
  });
  const excess = exceededLimit(text);
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

export async function readText(
  request: IncomingMessage,
  maxBytes: number,
  note: (bytes: number) => void = () => {},
): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop must not close the connection that carries the response.
  const content: AsyncIterable<Uint8Array> = request.iterator({ destroyOnReturn: false });
  for await (const chunk of content) {
    size += chunk.length;
    if (size <= maxBytes) {
      note(chunk.length);
      chunks.push(chunk);
    }
    // Excess data is read and dropped for a while: a client that is still sending does not read a response.
    else if (size > 10 * maxBodyBytes) break;
  }
  if (size > maxBytes) {
    throw tooLarge(`The body of the request is larger than ${maxBytes / 1024 / 1024} MiB.`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw badRequest('The body of the request is not valid UTF-8.');
  }
}
