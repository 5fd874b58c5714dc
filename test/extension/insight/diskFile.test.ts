import assert from 'node:assert/strict';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { createDiskFile } from '../../../src/extension/insight/export/diskFile.ts';

describe('the file of an export', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'export-'));
    path = join(folder, 'runs.csv');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

  it('appears under its name when it is complete', async () => {
    const file = await createDiskFile(path);
    await file.write(bytes('one\n'));
    await file.write(bytes('two\n'));
    assert.ok(!readdirSync(folder).includes('runs.csv'));
    await file.save();
    assert.deepEqual(readdirSync(folder), ['runs.csv']);
    assert.equal(readFileSync(path, 'utf8'), 'one\ntwo\n');
  });

  it('leaves nothing behind and the earlier file as it was when it is discarded', async () => {
    writeFileSync(path, 'earlier');
    const file = await createDiskFile(path);
    await file.write(bytes('half'));
    await file.discard();
    assert.deepEqual(readdirSync(folder), ['runs.csv']);
    assert.equal(readFileSync(path, 'utf8'), 'earlier');
  });

  it('replaces the file that a link leads to, and keeps the link', async function () {
    if (process.platform === 'win32') this.skip();
    writeFileSync(path, 'earlier');
    const link = join(folder, 'link.csv');
    symlinkSync(path, link);
    const file = await createDiskFile(link);
    await file.write(bytes('new'));
    await file.save();
    assert.ok(lstatSync(link).isSymbolicLink());
    assert.equal(readFileSync(path, 'utf8'), 'new');
  });

  it('can be discarded after saving has failed', async () => {
    const file = await createDiskFile(path);
    rmSync(folder, { recursive: true, force: true });
    await assert.rejects(file.save());
    await file.discard();
  });
});
