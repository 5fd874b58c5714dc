import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import {
  failuresOf,
  type Pareto,
  paretoOf,
  type ParetoPhase,
  type ParetoRun,
} from '../../../src/shared/statistics/pareto.ts';
import { seed, withSeed } from './support.ts';

/** A phase from a line such as `3 Boot FAIL vcc:FAIL icc:PASS`; `Boot+1` is the first retry. */
function phaseOf(line: string): ParetoPhase {
  const [time, called = '', outcome = null, ...measurements] = line.trim().split(' ');
  const [name = '', retry = 0] = called.split('+');
  return {
    name,
    outcome,
    started_at: Number(time),
    retry_count: Number(retry),
    measurements: measurements.map((each) => {
      const [measurement = '', result = null] = each.split(':');
      return { name: measurement, outcome: result };
    }),
  };
}

const runOf = (unitId: string, outcome: string | null, ...phases: string[]): ParetoRun => ({
  procedureId: 'FVT',
  unitId,
  outcome,
  phases: phases.map(phaseOf),
});

const labels = (causes: readonly { kind: string; phase: string | null; measurement: string | null }[]): string[] =>
  causes.map(({ kind, phase, measurement }) => [kind, phase, measurement].filter((each) => each !== null).join(' '));

const rail = ['1 Boot PASS', '2 Power FAIL v33:FAIL v18:FAIL v5:PASS', '3 Radio FAIL rssi:FAIL'];

describe(`a Pareto chart (${withSeed})`, () => {
  it('counts the first failing measurement of the first failing phase, whatever the order of the phases', () => {
    const shuffled = runOf('U1', 'FAIL', ...rail.toReversed());
    assert.deepEqual(labels(failuresOf(shuffled)), [
      'measurement Power v33',
      'measurement Power v18',
      'measurement Radio rssi',
    ]);
    assert.deepEqual(paretoOf([shuffled], { counts: 'first' }), {
      runs: 1,
      bars: [{ kind: 'measurement', procedureId: 'FVT', phase: 'Power', measurement: 'v33', units: 1, runs: 1 }],
    });
    assert.equal(paretoOf([shuffled], { counts: 'all' }).bars.length, 3);
  });

  it('ranks by units, so that a unit that is tried again and again does not lead', () => {
    const stubborn = Array.from({ length: 20 }, () => runOf('U1', 'FAIL', '1 Radio FAIL rssi:FAIL'));
    const others = ['U2', 'U3'].map((unit) => runOf(unit, 'FAIL', '1 Power FAIL v33:FAIL'));
    const { runs, bars } = paretoOf([...stubborn, ...others], { counts: 'first' });
    assert.equal(runs, 22);
    assert.deepEqual(
      bars.map(({ measurement, units, runs }) => [measurement, units, runs]),
      [
        ['v33', 2, 2],
        ['rssi', 1, 20],
      ],
    );
  });

  it('has a class for each failure without a failing measurement', () => {
    const causes = (outcome: string | null, ...phases: string[]) => labels(failuresOf(runOf('U1', outcome, ...phases)));
    assert.deepEqual(causes('ERROR', '1 Boot ERROR v:PASS'), ['phaseError Boot']);
    assert.deepEqual(causes('ERROR', '1 Boot ERROR v:FAIL'), ['measurement Boot v', 'phaseError Boot']);
    assert.deepEqual(causes('FAIL', '1 Boot FAIL v:PASS'), ['phaseFailure Boot']);
    assert.deepEqual(causes('FAIL', '1 Boot PASS'), ['runFailure']);
    assert.deepEqual(causes('ERROR', '1 Boot PASS'), ['runError']);
    assert.deepEqual(causes('TIMEOUT', '1 Boot PASS'), ['timeout']);
    for (const outcome of ['PASS', 'SKIP', 'ABORTED', null])
      assert.deepEqual(causes(outcome, '1 Boot FAIL v:FAIL'), []);
    assert.deepEqual(paretoOf([runOf('U1', 'ABORTED')], { counts: 'first' }), { runs: 0, bars: [] });
  });

  it('counts a repeated phase by its last attempt, and calls for several channels each', () => {
    const repeated = ['1 Boot FAIL v:FAIL', '2 Boot+1 PASS v:PASS', '3 Radio FAIL rssi:FAIL'];
    assert.deepEqual(labels(failuresOf(runOf('U1', 'FAIL', ...repeated))), ['measurement Radio rssi']);
    const channels = ['1 Channel FAIL v:FAIL', '2 Channel PASS v:PASS'];
    assert.deepEqual(labels(failuresOf(runOf('U1', 'FAIL', ...channels))), ['measurement Channel v']);
  });

  it('keeps measurements of the same name apart by phase and procedure', () => {
    const runs = [runOf('U1', 'FAIL', '1 A FAIL v:FAIL'), runOf('U1', 'FAIL', '1 B FAIL v:FAIL')];
    const other = { ...runOf('U1', 'FAIL', '1 A FAIL v:FAIL'), procedureId: 'ICT' };
    assert.equal(paretoOf([...runs, other], { counts: 'all' }).bars.length, 3);
    const names = ({ bars }: Pareto): string[] => bars.map(({ procedureId, phase }) => `${procedureId} ${phase}`);
    // Equally many are in the order of their names.
    for (const list of [
      [...runs, other],
      [other, ...runs.toReversed()],
    ]) {
      assert.deepEqual(names(paretoOf(list, { counts: 'all' })), ['FVT A', 'FVT B', 'ICT A']);
    }
  });

  it('adds up to the failed runs by first failure, in any order of runs', () => {
    const result = fc.constantFrom('PASS', 'FAIL', 'ERROR', 'SKIP');
    const phase = fc.record({
      name: fc.constantFrom('A', 'B'),
      outcome: result,
      started_at: fc.integer({ min: 0, max: 9 }),
      retry_count: fc.integer({ min: 0, max: 1 }),
      measurements: fc.array(
        fc.record({ name: fc.constantFrom('v', 'w'), outcome: fc.constantFrom('PASS', 'FAIL', 'UNSET') }),
        { maxLength: 3 },
      ),
    });
    const run = fc.record({
      procedureId: fc.constantFrom('FVT', 'ICT'),
      unitId: fc.constantFrom('U1', 'U2', 'U3'),
      outcome: fc.constantFrom('PASS', 'FAIL', 'ERROR', 'TIMEOUT', 'ABORTED', null),
      phases: fc.array(phase, { maxLength: 4 }),
    });
    fc.assert(
      fc.property(fc.array(run, { maxLength: 20 }), (runs) => {
        const failed = runs.filter(({ outcome }) => ['FAIL', 'ERROR', 'TIMEOUT'].includes(outcome ?? ''));
        for (const counts of ['first', 'all'] as const) {
          const pareto = paretoOf(runs, { counts });
          assert.deepEqual(paretoOf(runs.toReversed(), { counts }), pareto);
          assert.equal(pareto.runs, failed.length);
          const sum = pareto.bars.reduce((total, bar) => total + bar.runs, 0);
          assert.ok(counts === 'first' ? sum === failed.length : sum >= failed.length);
          assert.ok(pareto.bars.every((bar) => bar.units <= bar.runs && bar.units >= 1 && bar.runs <= failed.length));
        }
      }),
      { seed, numRuns: 1000 },
    );
  });
});
