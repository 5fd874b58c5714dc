import { once } from 'node:events';
import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import * as z from 'zod';
import { parseExactly } from '../../shared/contract/exactJson.ts';
import { messageOf } from '../../shared/format/messageOf.ts';

export class JsonLines {
  readonly #stream: WriteStream;
  #count = 0;

  constructor(path: string) {
    this.#stream = createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true });
  }

  async write(value: object): Promise<void> {
    this.#count += 1;
    if (!this.#stream.write(`${lineOf(value)}\n`)) await once(this.#stream, 'drain');
  }

  /** Returns the number of lines when all of them are on the disk. */
  async end(): Promise<number> {
    this.#stream.end();
    await finished(this.#stream);
    return this.#count;
  }
}

/** Many programs end lines at these characters, too. */
const lineOf = (value: object): string =>
  JSON.stringify(value).replace(
    /[\u0085\u2028\u2029]/g,
    (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

export interface JsonLine<T> {
  readonly line: number;
  /** Undefined if the line has a problem. */
  readonly value?: T;
  readonly problem?: string;
}

export async function* readJsonLines<T>(path: string, schema: z.ZodType<T>): AsyncGenerator<JsonLine<T>> {
  let line = 0;
  for await (const text of linesOf(path)) {
    line += 1;
    if (text !== '') yield { line, ...parseLine(text, schema) };
  }
}

/** Only a line feed ends a line: `node:readline` would also end it at characters that JSON may contain. */
async function* linesOf(path: string): AsyncGenerator<string> {
  let parts: string[] = [];
  for await (const chunk of createReadStream(path, 'utf8')) {
    const [rest = '', ...begun] = String(chunk).split('\n');
    parts.push(rest);
    for (const each of begun) {
      yield parts.join('');
      parts = [each];
    }
  }
  if (parts.join('') !== '') yield parts.join('');
}

function parseLine<T>(text: string, schema: z.ZodType<T>): { value: T } | { problem: string } {
  try {
    const { data, error } = schema.safeParse(parseExactly(text));
    if (error === undefined) return { value: data };
    const [issue] = error.issues;
    return { problem: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}` };
  } catch (error) {
    return { problem: `The line is not JSON: ${messageOf(error)}` };
  }
}
