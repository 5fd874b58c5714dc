import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { type EnginePhaseOutcome, parseEngineLine } from '../../../src/shared/contract/engine.ts';
import type { NewRunBody, V2Measurement } from '../../../src/shared/contract/newRuns.ts';
import { engineVerdict } from '../../../src/shared/engine/engineVerdict.ts';
import { nothingSeen, type Observation, observe } from '../../../src/shared/engine/observation.ts';
import { Random } from '../../../src/shared/statistics/random.ts';
import { type PhaseScript, streamOf } from '../../support/engine/streams.ts';

const observeAll = (lines: readonly string[]): Observation => lines.map(parseEngineLine).reduce(observe, nothingSeen);

const pass = { outcome: 'PASS', exitCode: 0 };
const fail = { outcome: 'FAIL', exitCode: 1 };
const twoPhases: PhaseScript[] = [
  { key: 'a', attempts: ['PASS'] },
  { key: 'b', attempts: ['RETRY', 'PASS'] },
];

interface Ending {
  readonly exitCode?: number | null;
  readonly wasStopped?: boolean;
  readonly record?: NewRunBody | null;
}

function verdictOf(lines: readonly string[], { exitCode = 0, wasStopped = false, record = null }: Ending): string {
  return engineVerdict(observeAll(lines), { exitCode, wasStopped, record }).outcome;
}

describe('the verdict of a procedure', () => {
  it('is PASS if the program, its reports and its record agree', () => {
    const { lines, record } = streamOf(twoPhases, pass);
    assert.equal(verdictOf(lines, { record }), 'PASS');
  });

  it('is never PASS if the reports end before their end', () => {
    const { lines, record } = streamOf(twoPhases, pass);
    for (let count = 0; count < lines.length; count += 1) {
      assert.equal(verdictOf(lines.slice(0, count), { record }), 'ERROR', `after ${count} lines`);
    }
  });

  it('is never PASS if a report is missing, cut, doubled or replaced', () => {
    const { lines, record } = streamOf(twoPhases, pass);
    lines.forEach((line, at) => {
      const half = line.slice(0, line.length / 2);
      const changed = [
        lines.toSpliced(at, 1),
        lines.with(at, half),
        lines.toSpliced(at, 0, line),
        lines.with(at, line.replace(/"type":"\w+"/, '"type":"run_started"')),
      ];
      changed.forEach((each, way) => {
        if (way === 3 && at === 0) return; // it is the start of the run
        assert.equal(verdictOf(each, { record }), 'ERROR', `way ${way} at line ${at}`);
      });
    });
  });

  it('ignores lines without a number, and types that it does not know', () => {
    const { lines, record } = streamOf(twoPhases, pass);
    const noise = ['{"type":"upload_queued","queue_id":"q"}', 'a line of a script', '[1]'];
    const known = [...noise, ...lines.flatMap((line) => [line, ...noise])];
    assert.equal(verdictOf(known, { record }), 'PASS');
    const later = lines.map((line, at) =>
      at < 3 ? line : line.replace(/"seq":(\d+)/, (_, seq) => `"seq":${Number(seq) + 1}`),
    );
    assert.equal(verdictOf(later.toSpliced(3, 0, '{"seq":3,"type":"of_a_later_version"}'), { record }), 'PASS');
  });

  it('is not PASS if the program was killed, ended with another code, was stopped or speaks another protocol', () => {
    const { lines, record } = streamOf(twoPhases, pass);
    assert.equal(verdictOf(lines, { record, exitCode: null }), 'ERROR');
    assert.equal(verdictOf(lines, { record, exitCode: 1 }), 'ERROR');
    assert.equal(verdictOf(lines, { record, wasStopped: true }), 'ABORTED');
    const second = lines.map((line) => line.replace('"protocol_version":"1.0"', '"protocol_version":"2.0"'));
    assert.equal(verdictOf(second, { record }), 'ERROR');
  });

  it('is not PASS if the record is missing or disagrees', () => {
    const { lines, record } = streamOf(twoPhases, pass);
    assert.equal(verdictOf(lines, { record: null }), 'ERROR');
    assert.equal(verdictOf(lines, { record: { ...record, outcome: 'FAIL' } }), 'ERROR');
    assert.equal(verdictOf(lines, { record: { ...record, phases: record.phases?.slice(1) } }), 'ERROR');
    const [first, ...others] = record.phases ?? [];
    assert.ok(first);
    const failed = { ...first, measurements: [{ name: 'v', outcome: 'FAIL' as const }] };
    assert.equal(verdictOf(lines, { record: { ...record, phases: [failed, ...others] } }), 'FAIL');
  });

  it('is not PASS if the record has more than was reported', () => {
    const { lines, record } = streamOf(twoPhases, pass);
    const [first, ...others] = record.phases ?? [];
    assert.ok(first);
    const more: NonNullable<NewRunBody['phases']> = [
      { ...first, name: 'Other', outcome: 'FAIL' },
      { ...first, name: 'Other', outcome: 'PASS' },
      { ...first, outcome: 'FAIL' },
      { ...first, outcome: 'ERROR' },
      first,
    ];
    for (const phase of more) {
      const about = `${phase.name} ${phase.outcome}`;
      assert.equal(verdictOf(lines, { record: { ...record, phases: [first, ...others, phase] } }), 'ERROR', about);
    }
  });

  it('is FAIL if anything of a measurement failed in the record', () => {
    const { lines, record } = streamOf(twoPhases, pass);
    const [first, ...others] = record.phases ?? [];
    assert.ok(first);
    const validators = [{ outcome: 'FAIL' as const, operator: '<', expected_value: 1 }];
    const aggregations = [{ type: 'max', validators }];
    const series = { data: [1], name: 's' };
    const recordWith = (part: Partial<V2Measurement>): NewRunBody => ({
      ...record,
      phases: [{ ...first, measurements: [{ name: 'v', outcome: 'UNSET', ...part }] }, ...others],
    });
    const parts: Partial<V2Measurement>[] = [
      { validators },
      { aggregations: [{ type: 'max', outcome: 'FAIL' }] },
      { aggregations },
      { x_axis: { ...series, validators } },
      { y_axis: [series, { ...series, aggregations }] },
    ];
    for (const part of parts) {
      assert.equal(verdictOf(lines, { record: recordWith(part) }), 'FAIL', JSON.stringify(part));
    }
  });

  it('is not PASS if a phase ran that was skipped, or that is not in the plan', () => {
    const { lines, record } = streamOf(twoPhases, pass);
    const skipped = JSON.stringify({ seq: lines.length - 1, type: 'phase_skipped', phase_key: 'a' });
    const last = (lines.at(-1) ?? '').replace(/"seq":\d+/, `"seq":${lines.length}`);
    assert.equal(verdictOf([...lines.slice(0, -1), skipped, last], { record }), 'ERROR');
    const unplanned = streamOf([...twoPhases, { key: 'c', attempts: ['SKIP'] }], pass);
    const without = unplanned.lines.map((line) => line.replace(',{"key":"c","name":"Phase c"}', ''));
    assert.equal(verdictOf(without, { record: unplanned.record }), 'ERROR');
  });

  it('is not PASS if no phase ran', () => {
    for (const attempts of [[], ['SKIP']] as const) {
      const { lines, record } = streamOf([{ key: 'a', attempts }], pass);
      assert.equal(verdictOf(lines, { record }), 'ERROR');
    }
  });

  it('is an ERROR if the program failed without a phase that did', () => {
    const { lines, record } = streamOf(twoPhases, fail);
    assert.equal(verdictOf(lines, { record, exitCode: 1 }), 'ERROR');
  });

  it('names the plug that could not be started', () => {
    const { lines } = streamOf([{ key: 'a', attempts: [] }], fail);
    const status = { seq: 3, type: 'plug_status', plug_key: 'psu', plug_name: 'Power supply', status: 'error' };
    const shifted = lines.map((line, at) =>
      at < 3 ? line : line.replace(/"seq":(\d+)/, (_, seq) => `"seq":${Number(seq) + 1}`),
    );
    const seen = observeAll(shifted.toSpliced(3, 0, JSON.stringify(status)));
    const verdict = engineVerdict(seen, { exitCode: 1, wasStopped: false, record: null });
    assert.deepEqual(verdict, { outcome: 'ERROR', reason: 'The plug Power supply failed.' });
  });

  it('agrees with the phases of random procedures, whatever happens to their reports', () => {
    const seed = Number(process.env['GENERATOR_SEED'] ?? 7);
    const count = Number(process.env['GENERATOR_COUNT'] ?? 3_000);
    const random = new Random(seed);
    let passes = 0;
    for (let round = 0; round < count; round += 1) {
      const procedure = randomProcedure(random);
      const expected = outcomeOf(procedure);
      const { lines, record } = streamOf(procedure, expected === 'PASS' ? pass : fail);
      const exitCode = expected === 'PASS' ? 0 : 1;
      const about = `seed ${seed}, round ${round}: ${JSON.stringify(procedure)}`;
      assert.equal(verdictOf(lines, { record, exitCode }), expected, about);
      passes += expected === 'PASS' ? 1 : 0;
      const at = Math.floor(random.next() * lines.length);
      const damaged = [lines.slice(0, at), lines.toSpliced(at, 1), lines.toSpliced(at, 0, lines[at] ?? '')];
      for (const each of damaged) assert.equal(verdictOf(each, { record, exitCode }), 'ERROR', `${about}, line ${at}`);
      assert.notEqual(verdictOf(lines, { record, exitCode: 1 - exitCode }), 'PASS', about);
      assert.equal(verdictOf(lines, { record, exitCode: 0, wasStopped: true }), 'ABORTED', about);
      // A program that claims PASS although a phase of its own did not pass.
      if (expected !== 'PASS') {
        const claimed = streamOf(procedure, pass);
        assert.notEqual(verdictOf(claimed.lines, { record: claimed.record, exitCode: 0 }), 'PASS', about);
      }
    }
    assert.ok(passes > count / 20 && passes < count, `${passes} of ${count} procedures pass`);
  });
});

function randomProcedure(random: Random): PhaseScript[] {
  const ends = ['PASS', 'PASS', 'PASS', 'PASS', 'PASS', 'SKIP', 'FAIL', 'ERROR', 'TIMEOUT', 'STOP', 'RETRY'] as const;
  return Array.from({ length: 1 + Math.floor(random.next() * 4) }, (_, index) => {
    const repeats = random.next() < 0.2 ? Math.floor(random.next() * 3) : 0;
    const attempts: EnginePhaseOutcome[] = [...Array<'RETRY'>(repeats).fill('RETRY'), random.pick(ends)];
    return { key: `p${index}`, attempts: random.next() < 0.1 ? [] : attempts };
  });
}

/** The outcome by the rules of the documentation, without a look at any report. */
function outcomeOf(procedure: readonly PhaseScript[]): string {
  const ends = procedure.map(({ attempts }) => attempts.at(-1));
  if (ends.includes('ERROR')) return 'ERROR';
  if (ends.includes('TIMEOUT')) return 'TIMEOUT';
  if (ends.some((end) => end === 'FAIL' || end === 'STOP' || end === 'RETRY')) return 'FAIL';
  return ends.includes('PASS') ? 'PASS' : 'ERROR';
}
