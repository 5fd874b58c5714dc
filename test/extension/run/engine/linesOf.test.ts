import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { linesOf } from '../../../../src/extension/run/engine/linesOf.ts';
import { Random } from '../../../../src/shared/statistics/random.ts';

async function read(chunks: Iterable<string>): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of linesOf(chunks)) lines.push(line);
  return lines;
}

describe('the lines of a text that comes in pieces', () => {
  it('are those of the whole text, however it is cut', async () => {
    const random = new Random(3);
    for (let round = 0; round < 500; round += 1) {
      const chunks = Array.from({ length: Math.floor(random.next() * 8) }, () =>
        Array.from({ length: Math.floor(random.next() * 6) }, () => random.pick(['a', '\n', '\r', '\u2028'])).join(''),
      );
      assert.deepEqual(await read(chunks), chunks.join('').split('\n'), JSON.stringify(chunks));
    }
  });

  it('may be longer than many pieces', async () => {
    const piece = 'x'.repeat(65_536);
    const lines = await read([...Array<string>(3_000).fill(piece), '\n', 'end']);
    assert.deepEqual(
      lines.map(({ length }) => length),
      [3_000 * 65_536, 3],
    );
  });
});
