import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { activityLine, parseActivity } from '../../../src/shared/assistant/activityLine.ts';

const at = new Date('2026-11-28T10:00:00Z');
const call = {
  at,
  tool: 'list_stations',
  arguments: { query: 'Bench' },
  result: { stations: [] },
  consent: 'notNeeded',
};

describe('the record of an assistant’s call', () => {
  it('is one line of JSON that is read back', () => {
    const line = activityLine({ ...call, result: 'two\nlines', consent: 'notNeeded' });
    assert.ok(!line.includes('\n'));
    assert.deepEqual(parseActivity(`${line}\n`), [
      {
        at: '2026-11-28T10:00:00.000Z',
        tool: 'list_stations',
        arguments: '{"query":"Bench"}',
        result: 'two\nlines',
        consent: 'notNeeded',
      },
    ]);
  });

  it('never contains a key', () => {
    for (const key of ['tsu_4f5e6d7c8b9a', 'tss_ABC-def_123', 'Bearer abc.def/ghi=']) {
      const line = activityLine({
        at,
        tool: `run ${key}`,
        arguments: { nested: [{ text: `my key is ${key}.` }] },
        result: `refused ${key}`,
        consent: 'refused',
      });
      assert.ok(!line.includes(key.replace('Bearer ', '')), line);
    }
  });

  it('is cut at 2,000 characters per text', () => {
    const [entry] = parseActivity(
      activityLine({ ...call, arguments: 'a'.repeat(10_000), result: { b: 'b'.repeat(10_000) }, consent: 'once' }),
    );
    assert.equal(entry?.arguments.length, 2_000);
    assert.equal(entry.result.length, 2_000);
  });

  it('is listed newest first, and unreadable lines are left out', () => {
    const lines = [1, 2, 3].map((number) => activityLine({ ...call, tool: `tool${number}`, consent: 'budget' }));
    const text = `${lines[0]}\n{"at":"half\n\nnull\n${lines[1]}\n${lines[2]}\n`;
    assert.deepEqual(
      parseActivity(text).map(({ tool }) => tool),
      ['tool3', 'tool2', 'tool1'],
    );
  });
});
