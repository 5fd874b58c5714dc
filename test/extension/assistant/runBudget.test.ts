import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import {
  type Answer,
  budgetMinutes,
  type Circumstances,
  maxDeclinesInARow,
  maxRuns,
  RunBudget,
  type RunRequest,
} from '../../../src/extension/assistant/runBudget.ts';

const asked: RunRequest = {
  mode: 'push',
  station: 'bench 1',
  script: '/tests/fvt1.py',
  fingerprint: 'a',
  isFingerprintComplete: true,
};
const free: Circumstances = { setting: 'ask', isTrusted: true, isInUse: false };
const minute = 60_000;

/** Grants this number of runs, the first of which has ended. */
function granted(runs: number, nowMs = 0): RunBudget {
  const budget = new RunBudget();
  assert.deepEqual(budget.request(asked, free, nowMs), { kind: 'ask' });
  const first = budget.answer({ kind: 'allowed', runs }, asked, asked, free, nowMs);
  assert.deepEqual(first, { kind: 'run', by: 'once' });
  budget.ended(true);
  return budget;
}

/** Returns how many further runs start without a question. */
function unasked(budget: RunBudget, request = asked, circumstances = free, nowMs = 0): number {
  for (let count = 0; ; count += 1) {
    const decision = budget.request(request, circumstances, nowMs);
    if (decision.kind !== 'run') return count;
    budget.ended(true);
  }
}

describe('the runs that a person allows an assistant', () => {
  it('is one, or as many as the person said, and never more than ten', () => {
    for (const [runs, more] of [
      [1, 0],
      [5, 4],
      [10, 9],
      [11, 9],
      [1e9, 9],
      [0, 0],
      [-3, 0],
      [2.9, 1],
    ] as const) {
      assert.equal(unasked(granted(runs)), more, String(runs));
    }
    assert.equal(maxRuns, 10);
  });

  it('is one if there are too many files to see a change of one', () => {
    const budget = new RunBudget();
    const unsure = { ...asked, isFingerprintComplete: false };
    budget.request(unsure, free, 0);
    budget.answer({ kind: 'allowed', runs: 5 }, unsure, unsure, free, 0);
    budget.ended(true);
    assert.equal(unasked(budget, unsure), 0);
  });

  it('is for one station, one script and one kind of run', () => {
    for (const other of [
      { station: 'bench 2' },
      { station: null },
      { script: '/tests/other.py' },
      { mode: 'dry' as const },
    ]) {
      const budget = granted(5);
      assert.deepEqual(budget.request({ ...asked, ...other }, free, 0), { kind: 'ask' });
    }
  });

  it('ends with a changed script, and does not come back with the former one', () => {
    const budget = granted(5);
    assert.deepEqual(budget.request({ ...asked, fingerprint: 'b' }, free, 0), { kind: 'ask' });
    budget.answer({ kind: 'declined' }, asked, asked, free, 0);
    assert.deepEqual(budget.request(asked, free, 0), { kind: 'ask' });
  });

  it('ends with anything but PASS or FAIL', () => {
    const budget = granted(5);
    budget.request(asked, free, 0);
    budget.ended(false);
    assert.deepEqual(budget.request(asked, free, 0), { kind: 'ask' });
  });

  it('ends after a time, and when the clock is set back', () => {
    for (const [nowMs, runs] of [
      [budgetMinutes * minute - 1, 4],
      [budgetMinutes * minute, 0],
      [-1, 0],
    ] as const) {
      assert.equal(unasked(granted(5), asked, free, nowMs), runs, String(nowMs));
      assert.equal(granted(5).remaining(nowMs)?.runs ?? 0, runs);
    }
  });

  it('ends with a click', () => {
    const budget = granted(5);
    budget.revoke();
    assert.equal(budget.remaining(0), undefined);
    assert.equal(unasked(budget), 0);
  });

  it('starts nothing while it is off, in a folder without trust, beside a person’s test, or beside another run', () => {
    for (const [circumstances, why] of [
      [{ ...free, setting: 'never' as const }, 'off'],
      [{ ...free, isTrusted: false }, 'untrusted'],
      [{ ...free, isInUse: true }, 'inUse'],
    ] as const) {
      assert.deepEqual(granted(5).request(asked, circumstances, 0), { kind: 'refuse', why });
      const budget = new RunBudget();
      budget.request(asked, free, 0);
      assert.deepEqual(budget.answer({ kind: 'allowed', runs: 5 }, asked, asked, circumstances, 0), {
        kind: 'refuse',
        why,
      });
      const late = granted(5);
      late.request(asked, free, 0);
      assert.equal(late.confirm(asked, circumstances), why);
    }
    const budget = granted(5);
    budget.request(asked, free, 0);
    assert.deepEqual(budget.request(asked, free, 0), { kind: 'refuse', why: 'busy' });
  });

  it('is none if the script changed while the person was asked, or before it started', () => {
    const budget = new RunBudget();
    budget.request(asked, free, 0);
    const changed = { ...asked, fingerprint: 'b' };
    const decision = budget.answer({ kind: 'allowed', runs: 5 }, asked, changed, free, 0);
    assert.deepEqual(decision, { kind: 'refuse', why: 'changed' });
    assert.equal(unasked(budget), 0);
    const late = granted(5);
    late.request(asked, free, 0);
    assert.equal(late.confirm(changed, free), 'changed');
    assert.equal(late.confirm(asked, free), undefined);
  });

  it('does not ask a person who has cancelled three times in a row', () => {
    const budget = new RunBudget();
    const ask = (): unknown => budget.request(asked, free, 0);
    const answer = (given: Answer): unknown => budget.answer(given, asked, asked, free, 0);
    for (let count = 0; count < maxDeclinesInARow - 1; count += 1) {
      assert.deepEqual(ask(), { kind: 'ask' });
      answer({ kind: 'declined' });
    }
    ask();
    answer({ kind: 'allowed', runs: 1 });
    budget.ended(true);
    for (let count = 0; count < maxDeclinesInARow; count += 1) {
      assert.deepEqual(ask(), { kind: 'ask' });
      answer({ kind: 'declined' });
    }
    assert.deepEqual(ask(), { kind: 'refuse', why: 'declinedTooOften' });
  });
});

type Step =
  | { readonly kind: 'request'; readonly request: RunRequest; readonly circumstances: Circumstances }
  | {
      readonly kind: 'answer';
      readonly answer: Answer;
      readonly isChanged: boolean;
      readonly circumstances: Circumstances;
    }
  | { readonly kind: 'ended'; readonly isGood: boolean }
  | { readonly kind: 'revoke' }
  | { readonly kind: 'wait'; readonly minutes: number };

const oftenTrue = fc.oneof({ arbitrary: fc.constant(true), weight: 9 }, { arbitrary: fc.constant(false), weight: 1 });
const circumstances: fc.Arbitrary<Circumstances> = fc
  .record({ isOn: oftenTrue, isTrusted: oftenTrue, isFree: oftenTrue })
  .map(({ isOn, isTrusted, isFree }) => ({ setting: isOn ? 'ask' : 'never', isTrusted, isInUse: !isFree }));
const request: fc.Arbitrary<RunRequest> = fc.record({
  mode: fc.constantFrom('push', 'dry'),
  station: fc.constantFrom('bench 1', 'bench 1', 'bench 2', null),
  script: fc.constantFrom('/fvt1.py', '/fvt1.py', '/other.py'),
  fingerprint: fc.constantFrom('a', 'a', 'a', 'b'),
  isFingerprintComplete: oftenTrue,
});
const repeated = fc.oneof({ arbitrary: fc.constant(asked), weight: 6 }, { arbitrary: request, weight: 2 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('request'), request: repeated, circumstances }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('answer'),
      answer: fc.oneof(
        fc.constant<Answer>({ kind: 'declined' }),
        fc.record({ kind: fc.constant('allowed'), runs: fc.integer({ min: -2, max: 15 }) }),
        fc.record({ kind: fc.constant('allowed'), runs: fc.integer({ min: 2, max: 12 }) }),
      ),
      isChanged: oftenTrue.map((isSame) => !isSame),
      circumstances,
    }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('ended'), isGood: oftenTrue }) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'revoke' }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait'), minutes: fc.integer({ min: -1, max: 20 }) }) },
);

interface Happened {
  readonly step: Step;
  readonly atMs: number;
  readonly outcome: unknown;
  /** The request that was started, or asked about. */
  readonly about?: RunRequest;
}

/**
 * The rules of the documentation, read from the whole history instead of from a state: may this request run without a
 * question? It looks back for the latest yes to several runs, and for what ends it.
 */
function mayRunUnasked(history: readonly Happened[], wanted: RunRequest, nowMs: number): boolean {
  const yes = history.findLastIndex(
    ({ step: each, outcome, about }) =>
      each.kind === 'answer' &&
      isRun(outcome) &&
      about?.isFingerprintComplete === true &&
      each.answer.kind === 'allowed' &&
      each.answer.runs > 1,
  );
  const grant = history[yes];
  if (grant?.about === undefined || grant.step.kind !== 'answer' || grant.step.answer.kind !== 'allowed') return false;
  const since = history.slice(yes + 1);
  const about = grant.about;
  const isOver = since.some(({ step: each, outcome, atMs }) => {
    if (each.kind === 'revoke') return true;
    if (each.kind === 'ended') return outcome === 'was running' && !each.isGood;
    // A request that was looked at after the time, or with a changed script.
    return each.kind === 'request' && outcome !== 'not looked at' && endsGrant(about, grant.atMs, each.request, atMs);
  });
  if (isOver || endsGrant(about, grant.atMs, wanted, nowMs)) return false;
  const started = since.filter((each) => isRun(each.outcome) && same(each.about, about)).length;
  return same(wanted, about) && 1 + started < Math.min(grant.step.answer.runs, 10);
}

const isRun = (outcome: unknown): boolean =>
  typeof outcome === 'object' && outcome !== null && 'kind' in outcome && outcome.kind === 'run';
const endsGrant = (
  about: RunRequest,
  sinceMs: number,
  { mode, script, fingerprint }: RunRequest,
  atMs: number,
): boolean =>
  atMs < sinceMs ||
  atMs - sinceMs >= 30 * minute ||
  (mode === about.mode && script === about.script && fingerprint !== about.fingerprint);
const same = (a: RunRequest | undefined, b: RunRequest): boolean =>
  a !== undefined && (['mode', 'station', 'script', 'fingerprint'] as const).every((field) => a[field] === b[field]);

describe('any sequence of requests and answers', () => {
  it('starts exactly the runs that the history allows', function () {
    this.timeout(60_000);
    const seed = Number(process.env['SEED'] ?? 20_261_128);
    let unaskedRuns = 0;
    let asks = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 80 }), (steps) => {
        const budget = new RunBudget();
        const history: Happened[] = [];
        let nowMs = 0;
        let open: RunRequest | undefined;
        let isRunning = false;
        let declines = 0;
        for (const each of steps) {
          const note = (outcome: unknown, about?: RunRequest): void => {
            history.push({ step: each, atMs: nowMs, outcome, ...(about === undefined ? {} : { about }) });
          };
          if (each.kind === 'wait') nowMs += each.minutes * minute;
          else if (each.kind === 'revoke') {
            budget.revoke();
            note('revoked');
          } else if (each.kind === 'ended') {
            budget.ended(each.isGood);
            note(isRunning ? 'was running' : 'nothing ran');
            isRunning = false;
          } else if (each.kind === 'request') {
            const { setting, isTrusted, isInUse } = each.circumstances;
            const isBusy = isRunning || open !== undefined;
            const isAllowed = setting === 'ask' && isTrusted && !isInUse;
            const isUnasked = mayRunUnasked(history, each.request, nowMs);
            const decision = budget.request(each.request, each.circumstances, nowMs);
            if (isBusy || !isAllowed) {
              assert.equal(decision.kind, 'refuse');
              note('not looked at');
            } else if (isUnasked) {
              assert.deepEqual(decision, { kind: 'run', by: 'budget' });
              note(decision, each.request);
              isRunning = true;
              unaskedRuns += 1;
            } else if (declines >= 3) {
              assert.deepEqual(decision, { kind: 'refuse', why: 'declinedTooOften' });
              note(decision);
            } else {
              assert.deepEqual(decision, { kind: 'ask' });
              note(decision, each.request);
              open = each.request;
              asks += 1;
            }
          } else {
            const now = open ?? asked;
            const current = each.isChanged ? { ...now, fingerprint: `${now.fingerprint}*` } : now;
            const decision = budget.answer(each.answer, now, current, each.circumstances, nowMs);
            const { setting, isTrusted, isInUse } = each.circumstances;
            const isYes = each.answer.kind === 'allowed';
            if (open !== undefined) declines = isYes ? 0 : declines + 1;
            const isStarted =
              open !== undefined && isYes && !each.isChanged && setting === 'ask' && isTrusted && !isInUse;
            assert.equal(decision.kind, isStarted ? 'run' : 'refuse');
            note(decision, now);
            isRunning ||= isStarted;
            open = undefined;
          }
        }
      }),
      { seed, numRuns: 3_000 },
    );
    assert.ok(unaskedRuns > 1_000 && asks > 1_000, `${unaskedRuns} runs without a question, ${asks} questions`);
  });
});
