import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { ActivityLog } from '../../../src/extension/assistant/activityLog.ts';
import { activityLine } from '../../../src/shared/assistant/activityLine.ts';

describe('the record of assistants in the storage of the extension', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'ts-activity-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const line = (tool: string): string =>
    activityLine({ at: new Date(0), tool, arguments: {}, result: 'x'.repeat(100), consent: 'notNeeded' });

  it('is listed newest first, for all windows that write it', async () => {
    const file = join(folder, 'storage', 'activity.jsonl');
    const [one, other] = [new ActivityLog(file), new ActivityLog(file)];
    for (let number = 0; number < 10; number += 1) await (number % 2 === 0 ? one : other).add(line(`tool${number}`));
    const names = (await one.read()).map(({ tool }) => tool);
    assert.deepEqual(
      names,
      Array.from({ length: 10 }, (_, index) => `tool${9 - index}`),
    );
    assert.equal(statSync(file).mode & 0o077, 0);
  });

  it('is kept small by one earlier file', async () => {
    const file = join(folder, 'activity.jsonl');
    const log = new ActivityLog(file, 1_000);
    for (let number = 0; number < 50; number += 1) await log.add(line(`tool${number}`));
    assert.deepEqual(
      readdirSync(folder).filter((name) => /^activity\.jsonl(\.1)?$/.test(name)),
      readdirSync(folder),
    );
    const found = await log.read();
    assert.equal(found[0]?.tool, 'tool49');
    assert.ok(found.length >= 4 && found.length <= 12, String(found.length));
  });

  it('reports a call that cannot be recorded, and records the next one', async () => {
    writeFileSync(join(folder, 'storage'), 'a file');
    const log = new ActivityLog(join(folder, 'storage', 'activity.jsonl'));
    await assert.rejects(log.add(line('tool1')));
    rmSync(join(folder, 'storage'));
    await log.add(line('tool2'));
    assert.deepEqual(
      (await log.read()).map(({ tool }) => tool),
      ['tool2'],
    );
  });
});
