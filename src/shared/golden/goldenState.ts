import type { CheckedSample, CheckRun, GoldenCheck, GoldenRule, GoldenState } from '../contract/goldenChecks.ts';

const hourMs = 3_600_000;

const expected: Readonly<Record<CheckedSample, string>> = { golden: 'PASS', failing: 'FAIL' };

/** Other outcomes, such as ABORTED, say nothing about a station. */
const countedOutcomes: ReadonlySet<string> = new Set(['PASS', 'FAIL', 'ERROR', 'TIMEOUT']);

export const countsForCheck = (outcome: string): boolean => countedOutcomes.has(outcome);

/** Returns the end of a run, or when the server received it if that is earlier: the clock of a station may be ahead. */
export const checkedAt = ({ ended_at, created_at }: { ended_at: number; created_at: number }): number =>
  Math.min(ended_at, created_at);

export const requiredSamples = ({ failing_sample }: Pick<GoldenRule, 'failing_sample'>): readonly CheckedSample[] =>
  failing_sample ? ['golden', 'failing'] : ['golden'];

export const hasExpectedOutcome = ({ sample, outcome }: Pick<CheckRun, 'sample' | 'outcome'>): boolean =>
  outcome === expected[sample];

/**
 * Returns the state of a golden unit check. The last counted run of each required sample decides: one with the wrong
 * outcome has failed the check until that sample is run again, and the check is valid for the hours of the rule after the
 * older of the runs.
 * @param now in milliseconds since 1970, by the clock that the runs were stored with
 */
export function goldenStateOf(rule: GoldenRule, last: GoldenCheck['last'], now: number): GoldenState {
  const samples = requiredSamples(rule);
  const runs = samples.flatMap((sample) => last[sample] ?? []);
  const [wrong] = runs.filter((run) => !hasExpectedOutcome(run)).sort((a, b) => timeOf(b) - timeOf(a));
  if (wrong !== undefined) return { kind: 'failed', run: wrong };
  const ends = new Map(runs.map((run) => [run.sample, timeOf(run) + rule.hours * hourMs]));
  const missing = samples.filter((sample) => (ends.get(sample) ?? -Infinity) <= now);
  if (runs.length < samples.length) return { kind: 'never', missing };
  const end = new Date(Math.min(...ends.values())).toISOString();
  return missing.length === 0 ? { kind: 'valid', until: end } : { kind: 'due', since: end, missing };
}

const timeOf = ({ checked_at }: CheckRun): number => Date.parse(checked_at);

/** Returns the check at a later time, as far as it is known: without the runs since then. */
export const checkAt = (check: GoldenCheck, now: number): GoldenCheck => ({
  ...check,
  state: goldenStateOf(check.rule, check.last, now),
});

/** Returns whether the time of day alone says which time is meant. */
export const isNear = (at: number, now: number): boolean => Math.abs(at - now) < 20 * hourMs;

export function nextDue(checks: readonly GoldenCheck[], now: number): number | undefined {
  const ends = checks.flatMap(({ state }) => (state.kind === 'valid' ? Date.parse(state.until) : []));
  const later = ends.filter((end) => end > now);
  return later.length === 0 ? undefined : Math.min(...later);
}
