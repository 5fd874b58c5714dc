import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as z from 'zod';
import { ToolError } from '../../../src/shared/assistant/toolError.ts';
import { AnswerPage } from '../../../src/shared/assistant/tools/answerPage.ts';
import { untrustedText } from '../../../src/shared/assistant/untrustedText.ts';
import { randomNumbers } from '../../server/random.ts';

const row = z.object({ number: z.number(), text: untrustedText });
type Row = z.input<typeof row>;

/** Asks for all pages of two lists in memory and of one that is loaded from an offset on. */
function allPages(lists: readonly [Row[], Row[], Row[]], limit: number | undefined) {
  const all: [Row[], Row[], Row[]] = [[], [], []];
  let pages = 0;
  for (let cursor: number | null = 0; cursor !== null; pages += 1) {
    const page: AnswerPage = new AnswerPage({ limit, cursor });
    const first = page.take(row, lists[0]);
    const second = page.take(row, lists[1]);
    const loaded = lists[2].slice(page.offset, page.offset + page.limit);
    const third = page.takeLoaded(row, loaded, page.offset + page.limit < lists[2].length);
    const taken = [first, second, third];
    taken.forEach((rows, index) => all[index]?.push(...rows));
    const bytes = Buffer.byteLength(JSON.stringify(taken.map((rows) => rows.map((each) => row.parse(each)))));
    assert.ok(bytes < 6_000, `${bytes} bytes`);
    assert.ok(taken.flat().length <= page.limit);
    const next: number | null = page.next;
    assert.ok(next === null || (next > cursor && next < lists.flat().length));
    cursor = next;
  }
  return { all, pages };
}

describe('the pages of an answer', () => {
  const seed = Date.now() % 1_000_000;
  it(`have each row of each list once, whatever their lengths (seed ${seed})`, () => {
    const random = randomNumbers(seed);
    const texts = ['x', 'Ω', '\n', '"', '😀'];
    const listOf = (most: number): Row[] =>
      Array.from({ length: Math.floor(random() * most) }, (_, number) => ({
        number,
        text: (texts[Math.floor(random() * texts.length)] ?? '').repeat(Math.floor(random() ** 3 * 2_000)),
      }));
    for (let round = 0; round < 200; round += 1) {
      const lists: [Row[], Row[], Row[]] = [listOf(60), listOf(10), listOf(200)];
      const limit = random() < 0.5 ? undefined : 1 + Math.floor(random() * 50);
      assert.deepEqual(allPages(lists, limit).all, lists);
    }
  });

  it('end with the last row, without an empty page after it', () => {
    const rows = Array.from({ length: 50 }, (_, number) => ({ number, text: '' }));
    assert.equal(allPages([rows, [], []], undefined).pages, 1);
    assert.equal(allPages([rows, [], rows], undefined).pages, 2);
    assert.equal(allPages([[], [], []], undefined).pages, 1);
  });

  it('refuse a limit or a cursor that is none, with what to give instead', () => {
    for (const limit of [0, -1, 51, 10_000, 1.5, NaN, Infinity]) {
      assert.throws(() => new AnswerPage({ limit }), refusalOf(/Give a limit from 1 to 50/));
    }
    for (const cursor of [-1, 0.5, NaN, Infinity, 2 ** 60]) {
      assert.throws(() => new AnswerPage({ cursor }), refusalOf(/Give as cursor/));
    }
  });
});

const refusalOf = (text: RegExp) => (error: unknown) => error instanceof ToolError && text.test(error.message);
