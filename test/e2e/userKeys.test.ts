import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { it } from 'mocha';
import { describeSlow } from '../support/slow.ts';
import { createStation } from './support/bench.ts';
import { useSharedBench } from './support/sharedBench.ts';
import { until } from './support/until.ts';

describeSlow('the user key of a window', function () {
  const { bench, workbench } = useSharedBench();

  const database = <T>(work: (database: DatabaseSync) => T): T => {
    const opened = new DatabaseSync(join(bench.data, 'stations.db'), { timeout: 10_000 });
    try {
      return work(opened);
    } finally {
      opened.close();
    }
  };
  const keys = (): { id: string; name: string | null }[] =>
    database((opened) =>
      opened
        .prepare("select id, name from api_keys where kind = 'user'")
        .all()
        .map(({ id, name }) => ({ id: String(id), name: name === null ? null : String(name) })),
    );

  it('is renewed and replaced when it was revoked or belongs to another server', async () => {
    const window = workbench();
    await window.openContainer('Test Stations');
    await createStation(window, 'Bench 1');
    assert.deepEqual(
      keys().map(({ name }) => name),
      [null], // the key that the window offered to the new folder
    );
    let before: string | undefined;
    const names = new Set<string | null>();
    for (let renewal = 0; renewal < 3; renewal++) {
      // A hash that no key has: the key is refused as after a restored backup, and its row stays.
      database((opened) => opened.exec("update api_keys set hash = hex(randomblob(32)) where kind = 'user'"));
      await window.command('Test Stations: Refresh');
      const renewed = await until(() => keys().find(({ id, name }) => name !== null && id !== before), {
        what: 'a new user key',
      });
      assert.equal(keys().length, 2);
      before = renewed.id;
      names.add(renewed.name);
    }
    assert.equal(names.size, 1);
    assert.match([...names].join(), /^editor-[0-9a-f-]{36}$/);
    await window.tree('Stations').row('Bench 1').locator.waitFor();
  });
});
