import assert from 'node:assert/strict';
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, it } from 'mocha';
import { createUserKey, findOrStartServer } from '../../src/extension/connection/serverProcess.ts';
import { logFailure } from '../../src/server/cli/logFailure.ts';
import { ServerLog } from '../../src/server/cli/serverLog.ts';
import { version } from '../../src/server/version.ts';
import { serverExit } from '../../src/shared/contract/local.ts';
import { runServerProgram, serverProgram, temporaryFolder } from './support.ts';

const mebibyte = 1024 * 1024;

describe('the log of the server', function () {
  this.timeout(60_000);
  const root = temporaryFolder();
  let count = 0;

  /** A log of this content, which a stream appends to. */
  function newLog(content: string): { path: string; stream: number; log: ServerLog } {
    const path = join(root, `${count++}.log`);
    writeFileSync(path, content);
    const stream = openSync(path, 'a');
    return { path, stream, log: new ServerLog(path, stream) };
  }
  const sizeOf = (path: string): number => statSync(path).size;
  const long = (letter: string, bytes = 5 * mebibyte + 1): string => letter.repeat(bytes);

  it('keeps a log of up to 5 MiB unchanged', () => {
    const { path, log } = newLog(long('a', 5 * mebibyte));
    log.limit();
    assert.equal(sizeOf(path), 5 * mebibyte);
    assert.throws(() => statSync(`${path}.1`), { code: 'ENOENT' });
  });

  it('moves a log above 5 MiB to server.log.1 while open streams continue at its end', () => {
    const { path, stream, log } = newLog(long('a'));
    const other = openSync(path, 'a');
    log.limit();
    assert.equal(readFileSync(`${path}.1`, 'utf8'), long('a'));
    writeSync(other, 'from another server\n');
    writeSync(stream, 'from this server\n');
    assert.equal(readFileSync(path, 'utf8'), 'from another server\nfrom this server\n');
    writeSync(stream, long('b'));
    log.limit();
    assert.equal(sizeOf(path), 0);
    assert.match(readFileSync(`${path}.1`, 'utf8'), /^from another server\nfrom this server\nb+$/);
    closeSync(other);
  });

  it('continues a log that cannot be moved, and empties it at twice the size', () => {
    const { path, stream, log } = newLog(long('a'));
    mkdirSync(join(`${path}.1`, 'in the way'), { recursive: true });
    log.limit();
    writeSync(stream, 'next\n');
    assert.ok(readFileSync(path, 'utf8').endsWith('anext\n'));
    writeSync(stream, long('b'));
    log.limit();
    assert.equal(sizeOf(path), 0);
    writeSync(stream, 'last\n');
    assert.equal(readFileSync(path, 'utf8'), 'last\n');
  });

  it('does not touch the log if the server logs elsewhere', () => {
    const { path, stream } = newLog(long('a'));
    renameSync(path, `${path}.moved`);
    writeFileSync(path, long('c'));
    new ServerLog(path, stream).limit();
    assert.equal(sizeOf(path), 5 * mebibyte + 1);
    assert.equal(sizeOf(`${path}.moved`), 5 * mebibyte + 1);
  });

  it('does not write the log through a link', () => {
    const { path, stream, log } = newLog(long('a'));
    const precious = join(root, 'precious.txt');
    writeFileSync(precious, 'precious');
    symlinkSync(precious, `${path}.1`);
    log.limit();
    assert.equal(sizeOf(`${path}.1`), 5 * mebibyte + 1);
    assert.equal(readFileSync(precious, 'utf8'), 'precious');
    // The log itself is replaced by a link to a long file.
    writeFileSync(precious, long('p'));
    rmSync(path);
    symlinkSync(precious, path);
    writeSync(stream, long('b'));
    log.limit();
    assert.equal(sizeOf(precious), 5 * mebibyte + 1);
  });

  it('limits the log of a running server, but not from a second server', async () => {
    const dataFolder = join(root, 'data');
    mkdirSync(dataFolder);
    const path = join(dataFolder, 'server.log');
    const previous = (): string => (existsSync(`${path}.1`) ? readFileSync(`${path}.1`, 'utf8').slice(0, 10) : '');
    writeFileSync(path, long('a'));
    const { address } = await findOrStartServer({ program: serverProgram, version, dataFolder });
    try {
      assert.equal(previous(), 'aaaaaaaaaa');
      assert.equal(readFileSync(path, 'utf8'), '');
      appendFileSync(path, long('b'));
      const second = await runServerProgram(['--data', dataFolder]);
      assert.equal(second.code, serverExit.folderInUse);
      while (previous() !== 'bbbbbbbbbb' || sizeOf(path) > 0) await delay(50);
      assert.match(await createUserKey({ program: serverProgram, dataFolder }, 'window'), /^tsu_/);
    } finally {
      process.kill(address.pid);
    }
  });

  it('logs a repeated failure once a minute', () => {
    const lines: unknown[][] = [];
    const { error } = console;
    console.error = (...line: unknown[]) => void lines.push(line);
    try {
      for (let n = 0; n < 100; n++) {
        logFailure('The first could not be stored', n);
        logFailure('The second could not be stored', n);
      }
    } finally {
      console.error = error;
    }
    assert.deepEqual(lines, [
      ['The first could not be stored:', 0],
      ['The second could not be stored:', 0],
    ]);
  });
});
