import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { ActivityFile } from '../../../src/server/assistant/activityFile.ts';
import { activityLine } from '../../../src/shared/assistant/activityLine.ts';
import { temporaryFolder } from '../support.ts';

const line = (tool: string): string =>
  activityLine({ at: new Date(), tool, arguments: {}, result: 'x'.repeat(100), consent: 'notNeeded' });

describe('the record of the calls of assistants', () => {
  const folder = temporaryFolder();

  it('is read newest first, in the order of the calls, also while more are added', async () => {
    const file = new ActivityFile(join(folder, 'order.jsonl'));
    assert.deepEqual(await file.read(), []);
    const numbers = Array.from({ length: 50 }, (_, index) => index);
    for (const number of numbers) void file.add(line(`tool${number}`));
    assert.deepEqual(
      (await file.read()).map(({ tool }) => tool),
      numbers.map((number) => `tool${number}`).reverse(),
    );
  });

  it('keeps one earlier file and stays below twice its limit', async () => {
    const path = join(folder, 'limit.jsonl');
    const maxBytes = 5_000;
    const file = new ActivityFile(path, maxBytes);
    for (let number = 0; number < 200; number += 1) {
      await file.add(line(`tool${number}`));
      const sizes = readdirSync(folder)
        .filter((name) => name.startsWith('limit'))
        .map((name) => statSync(join(folder, name)).size);
      assert.ok(sizes.length <= 2 && sizes.every((size) => size <= maxBytes), sizes.join());
    }
    const entries = await file.read();
    assert.equal(entries[0]?.tool, 'tool199');
    assert.ok(entries.length > 20 && entries.length < 60, `${entries.length} entries`);
  });

  it('writes the lines of calls at the same time together, so that none waits for a write of each', async () => {
    const path = join(folder, 'together.jsonl');
    const file = new ActivityFile(path);
    const writes = Array.from({ length: 200 }, (_, number) => file.add(line(`tool${number}`)));
    assert.ok(new Set(writes).size <= 2, `${new Set(writes).size} writes`);
    await writes[0];
    assert.match(readFileSync(path, 'utf8'), /"tool0"/);
    await file.add(line('later'));
    const tools = (await file.read()).map(({ tool }) => tool);
    assert.deepEqual([tools.length, tools[0], tools[1]], [201, 'later', 'tool199']);
  });

  it('continues after a line that was written half, as by a power cut', async () => {
    const path = join(folder, 'half.jsonl');
    writeFileSync(path, `${line('before')}\n{"at":"2026-`);
    const file = new ActivityFile(path);
    await file.add(line('lost'));
    await file.add(line('after'));
    assert.deepEqual(
      (await file.read()).map(({ tool }) => tool),
      ['after', 'before'],
    );
  });

  it('does not end a call when it cannot be written', async () => {
    const file = new ActivityFile(join(folder, 'missing', 'folder.jsonl'));
    await file.add(line('tool'));
    assert.deepEqual(await file.read(), []);
  });
});
