import type { Outcome } from '../contract/common.ts';
import type { RunnerEvent, RunnerFailure } from '../contract/runner.ts';
import { diagnosisLine } from './diagnosisLine.ts';

export type Push =
  | { readonly runId: string }
  | { readonly status: number | null; readonly message: string }
  | { readonly pendingReason: string; readonly remedy?: UploadRemedy };

export type UploadRemedy = 'partNumber' | 'key';

export interface TestExecution {
  readonly id: string;
  readonly kind: 'openhtf' | 'vanilla';
  readonly serialNumber: string | null;
  readonly outcome: Outcome | null;
  readonly partialOutcome: Outcome | null;
  readonly outcomeDetails: readonly string[];
  readonly failedDiagnoses: readonly string[];
  readonly phasesRun: number;
  readonly push: Push | null;
}

export interface RunProgress {
  readonly executions: readonly TestExecution[];
  readonly otherRuns: readonly string[];
  readonly failure: RunnerFailure | null;
  /** Whether the runner reported the end of the script. If not when the process ends, the process died. */
  readonly ended: boolean;
}

export const initialProgress: RunProgress = { executions: [], otherRuns: [], failure: null, ended: false };

/** Returns the same object for events that change nothing. */
export function applyRunnerEvent(run: RunProgress, event: RunnerEvent): RunProgress {
  switch (event.event) {
    case 'run_started':
      return {
        ...run,
        executions: [
          ...run.executions,
          {
            id: event.execution_id,
            kind: event.kind,
            serialNumber: null,
            outcome: null,
            partialOutcome: null,
            outcomeDetails: [],
            failedDiagnoses: [],
            phasesRun: 0,
            push: null,
          },
        ],
      };
    case 'phase_started': {
      const { execution_id, serial_number: serialNumber } = event;
      const isNews = run.executions.some((each) => each.id === execution_id && each.serialNumber !== serialNumber);
      return serialNumber !== null && isNews ? change(run, execution_id, { serialNumber }) : run;
    }
    case 'run_complete':
      return change(run, event.execution_id, {
        outcome: event.outcome,
        partialOutcome: event.partial_outcome,
        outcomeDetails: event.outcome_details,
        failedDiagnoses: event.diagnoses.filter(({ is_failure }) => is_failure).map(diagnosisLine),
        serialNumber: event.serial_number,
        phasesRun: event.phases_run,
      });
    case 'run_uploaded':
      if (event.execution_id === null) return { ...run, otherRuns: [...run.otherRuns, event.run_id] };
      return change(run, event.execution_id, { push: { runId: event.run_id } });
    case 'run_upload_failed':
      // A request of the script's own that is the push of no result: the script has its answer.
      if (event.execution_id === null) return run;
      return change(run, event.execution_id, { push: { status: event.status, message: event.message } });
    case 'run_crashed':
      return { ...run, failure: event.failure };
    case 'script_ended':
      return { ...run, ended: true };
    default:
      return run;
  }
}

export const withPush = (run: RunProgress, execution: string, push: Push): RunProgress =>
  change(run, execution, { push });

function change(run: RunProgress, id: string, news: Partial<TestExecution>): RunProgress {
  const executions = run.executions.map((each) => (each.id === id ? { ...each, ...news } : each));
  return { ...run, executions };
}

/** The verdict that is shown: the outcome of the record, except where that would be a false PASS. */
export interface Verdict {
  readonly outcome: Outcome;
  readonly reason: string | null;
}

export const noPhaseRan = 'The test reported PASS, but not a single phase ran.';

/**
 * Returns the verdict of an execution; null while it runs. OpenHTF reports PASS when its executor broke before the first phase
 * (observed with `execute(bound_method)`), so its PASS without a single phase of the user's is an ERROR here.
 */
export function verdictOf(execution: TestExecution): Verdict | null {
  if (execution.outcome === null) return null;
  if (execution.kind === 'openhtf' && execution.outcome === 'PASS' && execution.phasesRun === 0) {
    return { outcome: 'ERROR', reason: noPhaseRan };
  }
  return { outcome: execution.outcome, reason: execution.outcomeDetails[0] ?? execution.failedDiagnoses[0] ?? null };
}

const severity: readonly Outcome[] = ['PASS', 'ABORTED', 'FAIL', 'TIMEOUT', 'ERROR'];

export function worstOf(verdicts: readonly Verdict[]): Verdict | null {
  return verdicts.reduce<Verdict | null>(
    (worst, each) =>
      worst === null || severity.indexOf(each.outcome) > severity.indexOf(worst.outcome) ? each : worst,
    null,
  );
}
