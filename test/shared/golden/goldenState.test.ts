import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import type { Outcome } from '../../../src/shared/contract/common.ts';
import type { CheckedSample, CheckRun, GoldenCheck, GoldenRule } from '../../../src/shared/contract/goldenChecks.ts';
import { checkAt, checkedAt, goldenStateOf, nextDue } from '../../../src/shared/golden/goldenState.ts';

const minute = 60_000;
const hour = 60 * minute;
const noon = Date.parse('2026-11-28T12:00:00Z');
const iso = (at: number): string => new Date(at).toISOString();

const checkRun = (sample: CheckedSample, outcome: Outcome, at: number): CheckRun => ({
  id: '00000000-0000-4000-8000-000000000000',
  serial_number: `${sample} unit`,
  sample,
  outcome,
  checked_at: iso(at),
});
const rule = (change: Partial<GoldenRule> = {}): GoldenRule => ({
  hours: 8,
  failing_sample: false,
  without: 'warn',
  ...change,
});
const golden = (outcome: Outcome, at: number) => ({ golden: checkRun('golden', outcome, at), failing: null });

describe('the state of a golden unit check', () => {
  it('has never been checked without a run', () => {
    const none = { golden: null, failing: null };
    assert.deepEqual(goldenStateOf(rule(), none, noon), { kind: 'never', missing: ['golden'] });
    assert.deepEqual(goldenStateOf(rule({ failing_sample: true }), none, noon), {
      kind: 'never',
      missing: ['golden', 'failing'],
    });
  });

  it('is valid until exactly the hours of the rule after the golden unit passed, and then due', () => {
    const last = golden('PASS', noon);
    const end = noon + 8 * hour;
    assert.deepEqual(goldenStateOf(rule(), last, end - 1), { kind: 'valid', until: iso(end) });
    assert.deepEqual(goldenStateOf(rule(), last, end), { kind: 'due', since: iso(end), missing: ['golden'] });
  });

  it('has failed when the golden unit did not pass, however long ago', () => {
    for (const outcome of ['FAIL', 'ERROR', 'TIMEOUT'] as const) {
      const last = golden(outcome, noon);
      assert.deepEqual(goldenStateOf(rule(), last, noon + 9000 * hour), { kind: 'failed', run: last.golden });
    }
  });

  it('has failed when a required failing sample passed or ended with an error, and does not look at one otherwise', () => {
    for (const outcome of ['PASS', 'ERROR', 'TIMEOUT'] as const) {
      const failing = checkRun('failing', outcome, noon);
      const last = { golden: checkRun('golden', 'PASS', noon), failing };
      assert.deepEqual(goldenStateOf(rule({ failing_sample: true }), last, noon), { kind: 'failed', run: failing });
      assert.equal(goldenStateOf(rule(), last, noon).kind, 'valid');
    }
  });

  it('is due with the older of the two runs, and names only the sample that is due', () => {
    const last = { golden: checkRun('golden', 'PASS', noon), failing: checkRun('failing', 'FAIL', noon + hour) };
    const both = rule({ failing_sample: true });
    const end = noon + 8 * hour;
    assert.deepEqual(goldenStateOf(both, last, end - 1), { kind: 'valid', until: iso(end) });
    assert.deepEqual(goldenStateOf(both, last, end), { kind: 'due', since: iso(end), missing: ['golden'] });
    assert.deepEqual(goldenStateOf(both, last, end + hour), {
      kind: 'due',
      since: iso(end),
      missing: ['golden', 'failing'],
    });
  });

  it('does not believe a station whose clock is ahead', () => {
    assert.equal(checkedAt({ ended_at: noon + 24 * hour, created_at: noon }), noon);
    assert.equal(checkedAt({ ended_at: noon - hour, created_at: noon }), noon - hour);
  });

  const outcomes: Outcome[] = ['PASS', 'FAIL', 'ERROR', 'TIMEOUT'];
  const events = fc.array(
    fc.record({
      at: fc.integer({ min: 0, max: 40 }),
      sample: fc.constantFrom<CheckedSample>('golden', 'failing'),
      outcome: fc.constantFrom(...outcomes),
    }),
    { maxLength: 12 },
  );

  /** Plays the day hour by hour: what each sample showed last, and how many hours its good result is still worth. */
  function played(
    history: readonly { at: number; sample: CheckedSample; outcome: Outcome }[],
    hours: number,
    failing: boolean,
    now: number,
  ) {
    const samples: CheckedSample[] = failing ? ['golden', 'failing'] : ['golden'];
    const left = new Map<CheckedSample, number | 'wrong'>();
    for (let at = 0; at <= now; at++) {
      for (const [sample, worth] of left) if (typeof worth === 'number') left.set(sample, worth - 1);
      for (const event of history) {
        if (event.at !== at) continue;
        const isRight = event.outcome === (event.sample === 'golden' ? 'PASS' : 'FAIL');
        left.set(event.sample, isRight ? hours : 'wrong');
      }
    }
    const worths = samples.map((sample) => left.get(sample));
    if (worths.includes('wrong')) return 'failed';
    if (worths.includes(undefined)) return 'never';
    return worths.every((worth) => typeof worth === 'number' && worth > 0) ? 'valid' : 'due';
  }

  it('equals a simulation that goes through the hours one after another', () => {
    fc.assert(
      fc.property(
        events,
        fc.integer({ min: 1, max: 12 }),
        fc.boolean(),
        fc.integer({ min: 0, max: 60 }),
        (history, hours, failing_sample, now) => {
          const past = history.filter(({ at }) => at <= now);
          const lastOf = (sample: CheckedSample): CheckRun | null => {
            const own = past.filter((event) => event.sample === sample);
            const latest = own.reduce<(typeof own)[number] | undefined>(
              (best, event) => (best === undefined || event.at >= best.at ? event : best),
              undefined,
            );
            return latest === undefined ? null : checkRun(sample, latest.outcome, noon + latest.at * hour);
          };
          const last = { golden: lastOf('golden'), failing: lastOf('failing') };
          const { kind } = goldenStateOf(rule({ hours, failing_sample }), last, noon + now * hour);
          assert.equal(kind, played(past, hours, failing_sample, now));
        },
      ),
      { numRuns: 2000, seed: 281 },
    );
  });

  it('changes next when the first valid check becomes due', () => {
    const check = (at: number): GoldenCheck => ({
      procedure: { id: 'x', identifier: null, name: 'x' },
      rule: rule(),
      last: golden('PASS', at),
      state: { kind: 'never', missing: [] },
      units: { golden: [], failing: [] },
    });
    const checks = [check(noon), check(noon - hour)].map((each) => checkAt(each, noon));
    const due = nextDue(checks, noon);
    assert.equal(due, noon + 7 * hour);
    const kinds = checks.map((each) => checkAt(each, due).state.kind);
    assert.deepEqual(kinds, ['valid', 'due']);
    assert.equal(
      nextDue(
        checks.map((each) => checkAt(each, noon + 9 * hour)),
        noon + 9 * hour,
      ),
      undefined,
    );
  });
});
