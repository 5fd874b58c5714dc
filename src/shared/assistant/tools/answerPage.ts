import * as z from 'zod';
import { ToolError } from '../toolError.ts';

const maxRows = 50;
/** Of the rows. The rest of an answer has up to 3 kB, so that the whole stays below 8 kB. */
const maxBytes = 5_000;

const utf8 = new TextEncoder();

export const pageInputs = {
  limit: z.number().optional().describe(`How many rows to return: 1 to ${maxRows}, by default ${maxRows}.`),
  cursor: z.number().optional().describe('The `next` of the answer before, to continue after it.'),
};
export const next = z
  .number()
  .nullable()
  .describe('Pass it as `cursor` with otherwise the same input to get the rows that follow. Null: there are no more.');

/** Short rows and long ones make answers of about the same size: what does not fit is on the next page. */
export class AnswerPage {
  readonly limit: number;
  readonly #cursor: number;
  #toSkip: number;
  #taken = 0;
  #bytesLeft = maxBytes;
  #isFull = false;

  constructor({ limit = maxRows, cursor = 0 }: { limit?: number | undefined; cursor?: number | undefined }) {
    if (!Number.isInteger(limit) || limit < 1 || limit > maxRows) {
      throw new ToolError(`Give a limit from 1 to ${maxRows}, and continue with the cursor from \`next\`.`);
    }
    if (!Number.isSafeInteger(cursor) || cursor < 0) {
      throw new ToolError(
        'Give as cursor the number in `next` of the answer before, or no cursor to begin at the first row.',
      );
    }
    this.limit = limit;
    this.#cursor = cursor;
    this.#toSkip = cursor;
  }

  /** How many rows of the lists that follow are on earlier pages. */
  get offset(): number {
    return this.#toSkip;
  }

  get next(): number | null {
    return this.#isFull ? this.#cursor + this.#taken : null;
  }

  take<S extends z.ZodType>(schema: S, rows: readonly z.input<S>[]): z.input<S>[] {
    const skipped = Math.min(this.#toSkip, rows.length);
    this.#toSkip -= skipped;
    return this.#fitting(schema, rows.slice(skipped), false);
  }

  /** Returns the rows that fit of a list that was loaded from `offset` on. @param hasMore whether the list has more rows */
  takeLoaded<S extends z.ZodType>(schema: S, rows: readonly z.input<S>[], hasMore: boolean): z.input<S>[] {
    this.#toSkip = 0;
    return this.#fitting(schema, rows, hasMore);
  }

  #fitting<S extends z.ZodType>(schema: S, rows: readonly z.input<S>[], hasMore: boolean): z.input<S>[] {
    const fitting: z.input<S>[] = [];
    for (const row of rows) {
      if (!this.#hasRoomFor(utf8.encode(JSON.stringify(schema.parse(row))).length)) break;
      fitting.push(row);
    }
    if (fitting.length < rows.length || hasMore) this.#isFull = true;
    return fitting;
  }

  #hasRoomFor(bytes: number): boolean {
    if (this.#isFull || this.#taken === this.limit || (this.#taken > 0 && bytes > this.#bytesLeft)) {
      this.#isFull = true;
      return false;
    }
    this.#taken += 1;
    this.#bytesLeft -= bytes + 1;
    return true;
  }
}
