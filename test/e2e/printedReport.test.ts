import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { before, it } from 'mocha';
import { printPdf } from '../../src/extension/insight/export/printPdf.ts';
import type { Report } from '../../src/shared/contract/report.ts';
import { runHtml, type RunHtmlInput } from '../../src/shared/export/runHtml.ts';
import { exportedRun } from '../shared/export/exportedRun.ts';
import { skip } from '../support/skip.ts';
import { describeSlow } from '../support/slow.ts';
import { readPdf } from './support/pdf.ts';
import { chromium } from './support/places.ts';

const log = (id: string, message: string): Report['logs'][number] => ({
  id,
  level: 'INFO',
  timestamp: '2026-11-02T08:00:01Z',
  message,
  source_file: 'test.py',
  line_number: 3,
});

const print = async (run: Report, paper?: RunHtmlInput['paper']) => {
  const html = runHtml({
    run,
    curves: new Map(),
    files: new Map(),
    language: 'en-US',
    exportedAt: new Date(0),
    ...(paper === undefined ? {} : { paper }),
  });
  const result = await printPdf(chromium(), html, { signal: new AbortController().signal, timeoutMs: 60_000 });
  assert.ok(result.kind === 'printed', JSON.stringify(result));
  return readPdf(result.pdf);
};

describeSlow('the printed report of a run', () => {
  /** More than a page can hold. */
  const traceback = Array.from({ length: 150 }, (_, line) => `line ${line} of the traceback`);
  const named: Report = {
    ...exportedRun,
    outcome: 'FAIL',
    procedure: { ...exportedRun.procedure, name: 'Prüfung " } </style> \\ Ελληνικά' },
    unit: { ...exportedRun.unit, serial_number: 'SN-Ω-0042' },
    logs: [log('a', '10 Ω ≤ x µ Ελληνικά Кириллица'), log('b', traceback.join('\n')), log('c', 'after the traceback')],
  };
  let printed: Awaited<ReturnType<typeof print>>;
  before(async () => {
    printed = await print(named);
  });

  it('has the texts of several scripts', () => {
    const text = printed.pages.join(' ');
    for (const part of ['10 Ω ≤ x μ Ελληνικά Кириллица', 'SN-Ω-0042', '3.2 ≤ x ≤ 3.4']) {
      assert.ok(text.includes(part.normalize('NFKC')), `${part} in ${text}`);
    }
    assert.equal(printed.title, 'SN-Ω-0042 FAIL');
  });

  it('has Chinese, Japanese and Arabic texts', async function () {
    const message = '日本語のかな 电压 العربية';
    if (process.platform === 'linux' && !hasFontsFor(message)) {
      skip(this, 'this machine has no fonts for Chinese, Japanese and Arabic');
    }
    const { pages } = await print({ ...exportedRun, logs: [log('a', message)] });
    // Readers differ in the order in which they return texts from right to left.
    const characters = (text: string): string[] => Array.from(text.normalize('NFKC')).toSorted();
    const text = pages.join(' ');
    for (const word of message.split(' ').slice(0, 2)) assert.ok(text.includes(word), text);
    const arabic = Array.from(text)
      .filter((character) => /\p{Script=Arabic}/u.test(character))
      .join('');
    assert.deepEqual(characters(arabic), characters('العربية'));
  });

  it('continues a row that is longer than a page on the pages that follow', () => {
    const text = printed.pages.join(' ');
    for (const line of [...traceback, 'after the traceback']) assert.ok(text.includes(line), line);
    assert.ok(printed.pages.length >= 3);
  });

  it('names the unit, the outcome and the procedure on all pages but the first, and numbers all', () => {
    for (const [index, page] of printed.pages.entries()) {
      assert.ok(page.includes(`${index + 1} / ${printed.pages.length}`), page);
      assert.equal(page.includes('SN-Ω-0042 · FAIL'), index > 0, page);
      assert.equal(page.split('Prüfung " } </style> \\ Ελληνικά').length - 1, index > 0 ? 1 : 2, page);
    }
  });
});

const hasFontsFor = (text: string): boolean =>
  Array.from(text.replaceAll(' ', '')).every((character) => {
    const charset = character.codePointAt(0)?.toString(16);
    return execFileSync('fc-list', [`:charset=${charset}`, 'family'], { encoding: 'utf8' }).trim() !== '';
  });
