import type { Outcome } from '../contract/common.ts';
import type { EnginePhaseOutcome } from '../contract/engine.ts';
import type { NewRunBody, V2Measurement } from '../contract/newRuns.ts';
import type { Verdict } from '../live/runProgress.ts';
import { type Observation, type SeenAttempt } from './observation.ts';

export interface EngineEnd {
  /** Null: a signal ended it. */
  readonly exitCode: number | null;
  readonly wasStopped: boolean;
  readonly record: NewRunBody | null;
}

const supportedProtocol = /^1(\.|$)/;

/**
 * Returns the verdict of a procedure. It is PASS only if the program reported PASS and ended with it, nothing that it
 * reported is missing or speaks against it, and its own record of the run agrees.
 */
export function engineVerdict(seen: Observation, end: EngineEnd): Verdict {
  if (end.wasStopped) return { outcome: 'ABORTED', reason: 'The run was stopped.' };
  const lost = reasonForDisbelief(seen, end.exitCode);
  if (lost !== null) return error(lost);
  const failed = worstFailure(seen);
  if (failed !== null) return failed;
  if (seen.crash !== null) return error(seen.crash);
  if (seen.plugError !== null) return error(`The plug ${seen.plugError} failed.`);
  const { finished } = seen;
  if (finished?.outcome !== 'PASS' || finished.exitCode !== 0) {
    return error(`The program ended with ${finished?.outcome ?? 'no outcome'}, but no phase failed.`);
  }
  return reasonAgainstPass(seen, end.record) ?? { outcome: 'PASS', reason: null };
}

const error = (reason: string): Verdict => ({ outcome: 'ERROR', reason });

function reasonForDisbelief(seen: Observation, exitCode: number | null): string | null {
  const { protocolVersion, broken, finished } = seen;
  if (exitCode === null) return 'The TofuPilot program was killed.';
  if (protocolVersion === null) return 'The TofuPilot program ended before the run began.';
  if (!supportedProtocol.test(protocolVersion)) return `Version ${protocolVersion} of the agent protocol is unknown.`;
  if (broken !== null) return `The reports of the TofuPilot program are incomplete: ${broken}.`;
  if (finished === null) return 'The TofuPilot program ended before the run did.';
  if (finished.exitCode !== exitCode) {
    return `The TofuPilot program reported exit code ${finished.exitCode} and ended with ${exitCode}.`;
  }
  return null;
}

/** The outcome of a run whose phase ended so. A phase that ends with RETRY has used up its attempts. */
const failures: Partial<Record<EnginePhaseOutcome, Outcome>> = {
  FAIL: 'FAIL',
  RETRY: 'FAIL',
  STOP: 'FAIL',
  TIMEOUT: 'TIMEOUT',
  ERROR: 'ERROR',
};

const severity: readonly Outcome[] = ['FAIL', 'TIMEOUT', 'ERROR'];

function worstFailure(seen: Observation): Verdict | null {
  let worst: Verdict | null = null;
  for (const attempt of lastAttempts(seen)) {
    const outcome = attempt.outcome === null ? undefined : failures[attempt.outcome];
    if (outcome === undefined) continue;
    if (worst !== null && severity.indexOf(outcome) <= severity.indexOf(worst.outcome)) continue;
    worst = { outcome, reason: `${nameOf(seen, attempt.key)}: ${attempt.error ?? attempt.outcome}` };
  }
  return worst;
}

function reasonAgainstPass(seen: Observation, record: NewRunBody | null): Verdict | null {
  if (seen.planned === null) return error('The program reported PASS without a plan.');
  const attempts = lastAttempts(seen);
  const open = attempts.find(({ outcome }) => outcome === null);
  if (open !== undefined) return error(`${nameOf(seen, open.key)} did not end.`);
  const missing = seen.planned.find(
    ({ key }) => !seen.skipped.has(key) && !attempts.some((attempt) => attempt.key === key),
  );
  if (missing !== undefined) return error(`${missing.name} did not run.`);
  const stray = attempts.find(({ key }) => seen.skipped.has(key) || !seen.planned?.some((phase) => phase.key === key));
  if (stray !== undefined) return error(`${nameOf(seen, stray.key)} ran, but was skipped or not planned.`);
  if (!attempts.some(({ outcome }) => outcome === 'PASS')) return error('No phase passed.');
  if (record === null) return error('The TofuPilot program left no record of the run.');
  return disagreement(seen, record);
}

function disagreement(seen: Observation, record: NewRunBody): Verdict | null {
  if (record.outcome !== 'PASS') return error(`The record of the TofuPilot program says ${record.outcome}.`);
  const phases = record.phases ?? [];
  const reported = seen.attempts.map(({ key, outcome }) => ({ name: nameOf(seen, key), outcome }));
  for (const name of new Set([...reported, ...phases].map((each) => each.name))) {
    const attempts = reported.filter((each) => each.name === name);
    const recorded = phases.filter((each) => each.name === name);
    if (countOf(attempts, ['PASS']) !== countOf(recorded, ['PASS'])) {
      return error(`The reports and the record of the TofuPilot program differ about ${name}.`);
    }
    // Each attempt is recorded: the ones before the last may have failed.
    if (countOf(recorded, ['FAIL', 'ERROR']) > attempts.length - countOf(attempts, ['PASS'])) {
      return error(`The record of the TofuPilot program says that ${name} did not pass.`);
    }
  }
  for (const { name, outcome, measurements } of phases) {
    if (outcome !== 'PASS') continue;
    const failed = measurements?.find(hasFailed);
    if (failed !== undefined) return { outcome: 'FAIL', reason: `${name}: measurement ${failed.name} failed.` };
  }
  return null;
}

const countOf = (phases: readonly { readonly outcome: string | null }[], outcomes: readonly string[]): number =>
  phases.filter(({ outcome }) => outcome !== null && outcomes.includes(outcome)).length;

/** Whether the measurement or anything in it failed: the engine fails a phase for every limit that does not hold. */
function hasFailed({ outcome, validators, aggregations, x_axis, y_axis }: V2Measurement): boolean {
  const series = [x_axis, ...(y_axis ?? [])];
  const aggregated = [aggregations, ...series.map((each) => each?.aggregations)].flatMap((each) => each ?? []);
  const limited = [validators, ...[...series, ...aggregated].map((each) => each?.validators)];
  return [{ outcome }, ...aggregated, ...limited.flatMap((each) => each ?? [])].some((each) => each.outcome === 'FAIL');
}

function lastAttempts({ attempts }: Observation): SeenAttempt[] {
  return [...new Map(attempts.map((attempt) => [attempt.key, attempt])).values()];
}

const nameOf = ({ planned }: Observation, key: string): string =>
  planned?.find((phase) => phase.key === key)?.name ?? key;
