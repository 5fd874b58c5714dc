import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { UploadFolder } from '../../../src/extension/run/uploads/uploadFolder.ts';
import { renameWithRetries } from '../../../src/extension/vscode/renameWithRetries.ts';
import { temporaryFolder } from '../../server/support.ts';

const systemError = (code: string): Error => Object.assign(new Error(code), { code });

/** A disk on which the first renames fail, as on Windows while a virus scanner has the file open. */
function disk(failures: number, code = 'EPERM') {
  const seen = { tries: 0, waited: 0 };
  return {
    seen,
    rename: () => {
      seen.tries += 1;
      return seen.tries <= failures ? Promise.reject(systemError(code)) : Promise.resolve();
    },
    wait: (millis = 0) => {
      seen.waited += millis;
      return Promise.resolve();
    },
  };
}

describe('a rename with retries', () => {
  const folder = temporaryFolder();

  it('is retried while another program has the file open', async () => {
    for (const code of ['EPERM', 'EACCES', 'EBUSY']) {
      const by = disk(5, code);
      await renameWithRetries('a', 'b', by);
      assert.equal(by.seen.tries, 6);
    }
  });

  it('fails after two seconds of retries, and at once for any other error', async () => {
    const held = disk(Infinity);
    await assert.rejects(renameWithRetries('a', 'b', held), { code: 'EPERM' });
    assert.ok(held.seen.waited > 2000 && held.seen.waited < 10_000, String(held.seen.waited));
    const gone = disk(Infinity, 'ENOENT');
    await assert.rejects(renameWithRetries('a', 'b', gone), { code: 'ENOENT' });
    assert.equal(gone.seen.tries, 1);
  });

  /** The outbox with one result. */
  const keep = async (box: UploadFolder, id: string) => {
    const path = join(box.path, id);
    mkdirSync(path, { recursive: true });
    const place = { instance: 'local', server: 'this machine', station: { id: 'S1', name: 'Bench 1' } };
    const rest = { kind: 'v1', place, script: 'main.py', pid: 1, serial_number: id, outcome: 'PASS', started_at: 0 };
    writeFileSync(join(path, 'body.json'), '{}');
    writeFileSync(join(path, 'entry.json'), JSON.stringify({ id, ...rest, attachments: [] }));
    return (await box.list()).find((each) => each.id === id) ?? assert.fail('it is not in the outbox');
  };

  it('keeps the record of a try and the removal of an uploaded result when it fails for a while', async () => {
    let failures = 0;
    const box = new UploadFolder(join(folder, 'outbox'), (from, to) =>
      renameWithRetries(from, to, {
        rename: (...paths) => (failures++ % 4 < 3 ? Promise.reject(systemError('EBUSY')) : rename(...paths)),
        wait: () => Promise.resolve(),
      }),
    );
    const result = await keep(box, 'SN-1');
    await box.saveAttempt(result, { tries: 1, last: 1, status: 409, message: 'no', run_id: null });
    assert.equal((await box.list())[0]?.tried?.status, 409);
    await box.remove(result);
    assert.deepEqual([await box.list(), readdirSync(box.path)], [[], []]);
  });

  it('leaves no result that would be pushed again when it never succeeds', async () => {
    const box = new UploadFolder(join(folder, 'held'), () => Promise.reject(systemError('EPERM')));
    const result = await keep(box, 'SN-1');
    await box.remove(result);
    assert.deepEqual(await box.list(), []);
    assert.equal(existsSync(join(result.folder, 'entry.json')), false);
  });
});
