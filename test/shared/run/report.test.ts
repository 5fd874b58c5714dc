import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { dispatch } from '../../../src/shared/contract/messages.ts';
import type { Report, ReportMeasurement } from '../../../src/shared/contract/report.ts';
import { safeFileName } from '../../../src/shared/format/fileNames.ts';
import { imageType } from '../../../src/shared/format/images.ts';
import { formatSize, formatValue } from '../../../src/shared/format/values.ts';
import { lastAttempts } from '../../../src/shared/run/attempts.ts';
import { attemptsOf, failuresOf } from '../../../src/shared/run/report.ts';
import { formatMillis, timelineOf } from '../../../src/shared/run/timeline.ts';
import { phaseSources, sourceFile } from '../../../src/shared/script/phaseSources.ts';

const id = '11111111-1111-4111-8111-111111111111';
const time = (seconds: number): string => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();

const measurement = (name: string, value: unknown): ReportMeasurement => ({
  id,
  name,
  outcome: 'PASS',
  units: null,
  validators: null,
  measured_value: value,
});
const phase = (name: string, ...measurements: ReportMeasurement[]): Report['phases'][number] => ({
  id,
  name,
  outcome: 'PASS',
  started_at: time(0),
  ended_at: time(1),
  duration: 'PT1S',
  retry_count: 0,
  sequence_path: null,
  measurements,
});

describe('the attempts of phases', () => {
  it('counts phases with a growing retry count as attempts of one phase', () => {
    const phases = [
      ['a', 0],
      ['a', 1],
      ['a', 2],
      ['b', 0],
      ['a', 0],
    ] as const;
    const counts = attemptsOf(phases.map(([name, retry_count]) => ({ name, retry_count })));
    assert.deepEqual(counts, [3, 3, 3, 1, 1]);
  });
});

describe('the failures of a run', () => {
  it('counts only the failures of the last attempt at each phase', () => {
    const tried = (name: string, retry_count: number, ...outcomes: ('PASS' | 'FAIL' | 'UNSET')[]) => ({
      ...phase(name, ...outcomes.map((outcome) => ({ ...measurement('m', 1), outcome }))),
      retry_count,
    });
    const phases = [
      tried('a', 0, 'FAIL', 'FAIL'),
      tried('a', 1, 'FAIL', 'PASS'),
      tried('a', 2, 'PASS', 'PASS'),
      tried('b', 0, 'FAIL', 'UNSET'),
      tried('b', 0, 'FAIL'), // another phase of the same name
      tried('c', 0, 'FAIL'),
      tried('c', 1, 'FAIL'),
    ];
    assert.deepEqual(lastAttempts(phases), phases.slice(2, 5).concat(phases.slice(6)));
    assert.equal(failuresOf({ phases }), 3);
  });
});

describe('the time axis', () => {
  it('spans the time axis over the run and its phases with up to six round ticks', () => {
    const spans = [
      { started_at: time(-1), ended_at: time(4) },
      { started_at: time(4), ended_at: time(4) },
    ];
    const { length, ticks, bars } = timelineOf({ started_at: time(0), ended_at: time(9) }, spans);
    assert.equal(length, 10_000);
    assert.deepEqual(ticks, [0, 2000, 4000, 6000, 8000, 10_000]);
    assert.deepEqual(bars, [
      { start: 0, width: 0.5 },
      { start: 0.5, width: 0 },
    ]);
  });

  it('never draws a time axis without length or full of ticks', () => {
    const none = { started_at: time(0), ended_at: time(0) };
    assert.equal(timelineOf(none, [none]).length, 1);
    const weeks = { started_at: time(0), ended_at: time(86_400 * 100) };
    assert.ok(timelineOf(weeks, []).ticks.length <= 7);
  });

  it('formats durations in words', () => {
    const told = [0, 0.4, 320, 1250, 59_940, 125_000, 3_600_000, 7_500_000].map(formatMillis);
    assert.deepEqual(told, ['0 s', '0 ms', '320 ms', '1.25 s', '59.9 s', '2 min 5 s', '1 h', '2 h 5 min']);
  });

  it('shows a duration that rounds up to the next unit in that unit', () => {
    assert.deepEqual([999.6, 59_960, 59_949].map(formatMillis), ['1 s', '1 min', '59.9 s']);
  });
});

describe('values', () => {
  it('formats measured values for people', () => {
    assert.equal(formatValue(3.3000000000000003), '3.3');
    assert.equal(formatValue(1.5e-12), '1.5e-12');
    assert.equal(formatValue(false), 'false');
    assert.equal(formatValue([1, 2]), '[1,2]');
    assert.equal(formatValue(null), null);
    assert.deepEqual([0, 999, 1500, 20_000_000].map(formatSize), ['0 B', '999 B', '1.5 kB', '20 MB']);
  });
});

describe('the sources of a run', () => {
  const files = [
    { path: '/w/old.py', text: 'def measure(test):\n    pass\n' },
    {
      path: '/w/main.py',
      text: '# def sweep(\n\nclass A:\n    def measure(self): ...\nasync def sweep(test):\n    pass\n',
    },
  ];

  it('finds the sources of phases in the file that defines most of them', () => {
    const found = phaseSources(['measure', 'sweep', 'nowhere'], files);
    assert.deepEqual(Object.fromEntries(found), {
      measure: { path: '/w/main.py', line: 4 },
      sweep: { path: '/w/main.py', line: 5 },
    });
  });

  it('finds a source file by its path, or by its name if only one file has it', () => {
    assert.equal(sourceFile('/w/main.py', ['/w/main.py', '/w/x/main.py']), '/w/main.py');
    assert.equal(sourceFile('C:\\bench\\main.py', ['/w/main.py']), '/w/main.py');
    assert.equal(sourceFile('main.py', ['/w/main.py', '/w/x/main.py']), null);
    assert.equal(sourceFile('', ['/w/main.py']), null);
  });
});

describe('attachments', () => {
  it('recognizes an image by its media type, else by its file name', () => {
    const type = (name: string, content_type: string | null, size: number | null = 1): string | null =>
      imageType({ name, content_type, size });
    assert.equal(type('x', 'image/png; q=1'), 'image/png');
    assert.equal(type('photo.JPG', 'application/octet-stream'), 'image/jpeg');
    assert.equal(type('photo.jpg', 'text/html'), null);
    assert.equal(type('page.html', null), null);
    assert.equal(type('huge.png', null, 30_000_000), null);
    assert.equal(type('gone.png', 'image/png', null), null);
  });

  it('turns the name of an attachment into a valid file name', () => {
    const names = ['../../etc/passwd', 'a:b*c?.txt', '.hidden', 'CON', '…', ' ', 'Prüfung 1.png', 'x\u0000y'];
    assert.deepEqual(names.map(safeFileName), [
      'etc_passwd',
      'a_b_c_.txt',
      'hidden',
      'file_CON',
      '…',
      'file_',
      'Prüfung 1.png',
      'x_y',
    ]);
  });
});

describe('messages', () => {
  it('dispatches a message to the handler of its type', () => {
    type Message = { type: 'add'; n: number } | { type: 'say'; text: string };
    const handlers = { add: ({ n }: { n: number }) => n + 1, say: ({ text }: { text: string }) => text };
    assert.equal(dispatch<Message>(handlers, { type: 'add', n: 1 }), 2);
    assert.equal(dispatch<Message>(handlers, { type: 'say', text: 'hi' }), 'hi');
  });
});
