import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { printPdf, type PrintResult } from '../../../src/extension/insight/export/printPdf.ts';
import { isAlive } from '../../../src/extension/vscode/processes.ts';
import { until } from '../../e2e/support/until.ts';

const minute = 60_000;

describe('printing a report as PDF', function () {
  if (process.platform === 'win32') return; // The browsers of these tests are shell scripts.

  let folder: string;
  let formerTemporaryFolder: string | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'print-'));
    formerTemporaryFolder = process.env['TMPDIR'];
    process.env['TMPDIR'] = folder;
  });
  afterEach(() => {
    if (formerTemporaryFolder === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = formerTemporaryFolder;
    rmSync(folder, { recursive: true, force: true });
  });

  /** A program that finds the file to write in `$pdf`, the page in `$page`, and its profile in `$profile`. */
  function browser(script: string): string {
    const path = join(folder, 'browser');
    const read = `for arg in "$@"; do case "$arg" in
      --print-to-pdf=*) pdf="\${arg#*=}";; --user-data-dir=*) profile="\${arg#*=}";; file:*) page="\${arg#file://}";;
      esac; done`;
    writeFileSync(path, `#!/bin/sh\n${read}\n${script}\n`, { mode: 0o755 });
    return path;
  }

  const print = (script: string, options: Partial<Parameters<typeof printPdf>[2]> = {}): Promise<PrintResult> =>
    printPdf(browser(script), '<p>Ω</p>', { signal: new AbortController().signal, timeoutMs: minute, ...options });

  const leftBehind = (): string[] => readdirSync(folder).filter((name) => name.startsWith('test-stations-pdf-'));

  it('returns what the browser printed of the page, and removes the page and the profile', async () => {
    const printed = await print(
      'mkdir "$profile"; echo kept > "$profile/cookies"; { printf "%%PDF-1.4\\n"; cat "$page"; printf "\\n%%%%EOF\\n"; } > "$pdf"',
    );
    assert.ok(printed.kind === 'printed');
    assert.equal(Buffer.from(printed.pdf).toString(), '%PDF-1.4\n<p>Ω</p>\n%%EOF\n');
    assert.deepEqual(leftBehind(), []);
  });

  it('opens no window, no other profile and no network, and prints no address', async () => {
    await print(`printf '%s\\n' "$@" > ${folder}/arguments`);
    const given = readFileSync(join(folder, 'arguments'), 'utf8').trim().split('\n');
    const needed = ['--headless', '--no-pdf-header-footer', '--host-resolver-rules=MAP * ~NOTFOUND'];
    for (const argument of needed) assert.ok(given.includes(argument), argument);
    assert.ok(given.some((argument) => argument.startsWith(`--user-data-dir=${folder}/test-stations-pdf-`)));
    assert.equal(given.includes('--no-sandbox'), process.getuid?.() === 0);
  });

  it('keeps the keys of servers from the browser', async () => {
    process.env['TOFUPILOT_API_KEY'] = 'secret';
    try {
      await print(`env > ${folder}/environment`);
    } finally {
      delete process.env['TOFUPILOT_API_KEY'];
    }
    assert.doesNotMatch(readFileSync(join(folder, 'environment'), 'utf8'), /secret/);
  });

  it('reports the last line of a browser that printed nothing', async () => {
    const failed = await print('echo starting >&2; echo "no display" >&2; exit 3');
    assert.deepEqual(failed, { kind: 'failed', exitCode: 3, reason: 'no display' });
  });

  it('takes half a file for none', async () => {
    const failed = await print('printf "%%PDF-1.4\\nhalf" > "$pdf"');
    assert.deepEqual(failed, { kind: 'failed', exitCode: 0, reason: '' });
    assert.deepEqual(leftBehind(), []);
  });

  it('rejects if the browser cannot be started', async () => {
    const options = { signal: new AbortController().signal, timeoutMs: minute };
    await assert.rejects(printPdf(join(folder, 'missing'), '', options), /ENOENT/);
    assert.deepEqual(leftBehind(), []);
  });

  const hanging = (): string => `sleep 600 & echo $! > ${folder}/child; wait`;
  const child = (): number => Number(readFileSync(join(folder, 'child'), 'utf8'));

  it('ends a browser that hangs with its own processes', async () => {
    const stopped = await print(hanging(), { timeoutMs: 500 });
    assert.deepEqual(stopped, { kind: 'timedOut' });
    await until(() => !existsSync(join(folder, 'child')) || !isAlive(child()), {
      what: 'the process of the browser to end',
    });
    assert.deepEqual(leftBehind(), []);
  });

  it('ends the browser when it is canceled', async () => {
    const controller = new AbortController();
    const printing = print(hanging(), { signal: controller.signal });
    await until(() => existsSync(join(folder, 'child')) && child() > 0, { what: 'the browser to start' });
    controller.abort();
    await assert.rejects(printing, { name: 'AbortError' });
    await until(() => !isAlive(child()), { what: 'the process of the browser to end' });
    assert.deepEqual(leftBehind(), []);
  });

  it('starts no browser after it was canceled', async () => {
    await assert.rejects(print(`touch ${folder}/started`, { signal: AbortSignal.abort() }), { name: 'AbortError' });
    assert.ok(!existsSync(join(folder, 'started')));
  });
});
