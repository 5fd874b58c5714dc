import * as vscode from 'vscode';
import type {
  RunnerDiagnosis,
  RunnerEvent,
  RunnerFailure,
  RunnerMeasurement,
} from '../../../shared/contract/runner.ts';
import { diagnosisLine } from '../../../shared/live/diagnosisLine.ts';
import { currentLine, expectedOf, isPending, measurementLine, valueOf } from '../../../shared/live/measurementLine.ts';
import type { Verdict } from '../../../shared/live/runProgress.ts';
import { lineRange } from '../../vscode/scriptFile.ts';
import type { PlannedPhase, TestItems } from './testItems.ts';

type PhaseEvent = RunnerEvent & { event: 'phase_started' | 'measurement_update' | 'phase_complete' };
type PhaseEnd = RunnerEvent & { event: 'phase_complete' };

/** Shows one run of a script in VS Code's Test Results: the script as an item, its phases below it. */
export class TestResults {
  readonly #items: TestItems;
  readonly #script: vscode.TestItem;
  readonly #run: vscode.TestRun;
  readonly #slot: string | undefined;
  readonly #started = performance.now();
  #execution = 1;
  #hasCrashed = false;
  #phases = new Map<string, vscode.TestItem>();
  #last: PhaseEnd | undefined;
  /** The measurements without a verdict yet, by the key of their phase and their name. */
  readonly #pending = new Set<string>();

  /** @param slot its name, if units are tested in others at the same time */
  constructor(items: TestItems, script: vscode.TestItem, run: vscode.TestRun, slot: string | undefined) {
    this.#items = items;
    this.#script = script;
    this.#run = run;
    this.#slot = slot;
    items.addRun(script);
    run.started(script);
  }

  output(text: string, place?: vscode.Location, item?: vscode.TestItem): void {
    this.#run.appendOutput(text.replace(/\r?\n/g, '\r\n'), place, item);
  }

  event(event: RunnerEvent): void {
    switch (event.event) {
      case 'run_started':
        this.#plan(event.phases);
        break;
      case 'phase_started':
        this.#startPhase(event);
        break;
      case 'measurement_update':
        if (event.measurement.outcome !== 'PARTIALLY_SET') {
          if (isPending(event.measurement)) this.#pending.add(`${event.key}/${event.measurement.name}`);
          this.output(`  ${currentLine(event.measurement)}\n`, undefined, this.#item(event));
        }
        break;
      case 'phase_complete':
        this.#showVerdicts(event);
        this.#endPhase(event);
        break;
      case 'phase_log':
        this.output(`  [${event.level}] ${event.message}\n`, placeOf(event.place));
        break;
      case 'run_complete':
        this.#showLast();
        this.#showDiagnoses(event.diagnoses, this.#script);
        this.output(`${event.serial_number ?? ''} ${event.outcome}\n`);
        break;
      case 'run_crashed':
        this.#hasCrashed = true;
        this.#run.errored(this.#script, failureMessage(event.failure, this.#script.uri));
        break;
      default:
    }
  }

  /**
   * @param verdict of the whole script; null if it was stopped, or executed no test
   * @param problem why there is no verdict, unless the script's own error is the reason, which is already shown at its
   *   place
   */
  end(verdict: Verdict | null, problem: string | null): void {
    this.#showLast();
    const duration = performance.now() - this.#started;
    if (this.#hasCrashed) {
      // shown by run_crashed, whose message has the place
    } else if (problem !== null) this.#run.errored(this.#script, new vscode.TestMessage(problem), duration);
    else if (verdict === null || verdict.outcome === 'ABORTED') this.#run.skipped(this.#script);
    else if (verdict.outcome === 'PASS') this.#run.passed(this.#script, duration);
    else {
      const message = new vscode.TestMessage(verdict.reason ?? verdict.outcome);
      if (verdict.outcome === 'FAIL') this.#run.failed(this.#script, message, duration);
      else this.#run.errored(this.#script, message, duration);
    }
    this.#run.end();
    this.#items.removeRun(this.#script);
  }

  #plan(phases: readonly (PlannedPhase & { key: string })[]): void {
    this.#execution = this.#items.nextExecution(this.#script);
    const items = this.#items.planPhases(this.#script, phases, this.#shownExecution);
    this.#phases = new Map(items.map((item, index) => [phases[index]?.key ?? '', item]));
    for (const item of items) this.#run.enqueued(item);
  }

  get #shownExecution(): { number: number; name: string | undefined } {
    return { number: this.#execution, name: this.#slot };
  }

  #showVerdicts(event: PhaseEnd): void {
    for (const measurement of event.measurements) {
      if (!this.#pending.delete(`${event.key}/${measurement.name}`)) continue;
      this.output(`  ${measurementLine(measurement)}\n`, undefined, this.#item(event));
    }
  }

  #item({ key, name }: PhaseEvent): vscode.TestItem {
    const known = this.#phases.get(key);
    if (known !== undefined) return known;
    const item = this.#items.addUnplannedPhase(
      this.#script,
      { name, place: null },
      this.#shownExecution,
      this.#phases.size,
    );
    this.#phases.set(key, item);
    return item;
  }

  /** From the second attempt on, each attempt is an item below its phase, which shows how the last one ended. */
  #startPhase(event: RunnerEvent & { event: 'phase_started' }): void {
    const item = this.#item(event);
    const before = this.#last;
    if (before?.key === event.key && event.attempt > before.attempt) this.#showRepeated(item, before);
    else this.#showLast();
    this.#last = undefined;
    this.#run.started(item);
    if (event.attempt > 0) this.#run.started(this.#items.attemptItem(item, event.attempt + 1));
  }

  /** A phase is known to be repeated only when it starts again, so its end is not shown before. */
  #endPhase(event: PhaseEnd): void {
    this.#showLast();
    this.#showDiagnoses(event.diagnoses, this.#item(event));
    this.output(`${event.name}: ${event.outcome}${event.attempt > 0 ? ` (attempt ${event.attempt + 1})` : ''}\n`);
    this.#last = event;
  }

  #showDiagnoses(diagnoses: readonly RunnerDiagnosis[], item: vscode.TestItem): void {
    for (const each of diagnoses) this.output(`  ${diagnosisLine(each)}\n`, undefined, item);
  }

  #showLast(): void {
    const event = this.#last;
    if (event === undefined) return;
    this.#last = undefined;
    const item = this.#item(event);
    this.#showPhase(item, event);
    if (item.children.size > 0) this.#showPhase(this.#items.attemptItem(item, event.attempt + 1), event);
  }

  /** Shows the end of an earlier attempt in its label: shown as a failure, it would make the phase fail. */
  #showRepeated(item: vscode.TestItem, { attempt, outcome, measurements, failure, diagnoses }: PhaseEnd): void {
    const failed = diagnoses.filter(({ is_failure }) => is_failure);
    const reasons = [
      ...(failure === null ? failedOf(measurements).map(measurementLine) : [failure.message]),
      ...failed.map(diagnosisLine),
    ];
    const child = this.#items.attemptItem(item, attempt + 1);
    const how = reasons.length > 0 ? reasons.join('; ') : outcome === 'SKIP' ? vscode.l10n.t('repeated') : outcome;
    child.label = vscode.l10n.t('Attempt {0}: {1}', attempt + 1, how);
    this.#run.skipped(child);
  }

  #showPhase(item: vscode.TestItem, event: PhaseEnd): void {
    const duration = event.end_time_millis - event.start_time_millis;
    if (event.outcome === 'PASS') this.#run.passed(item, duration);
    else if (event.outcome === 'SKIP') this.#run.skipped(item);
    else if (event.outcome === 'ERROR') {
      const message =
        event.failure === null ? new vscode.TestMessage('ERROR') : failureMessage(event.failure, item.uri);
      this.#run.errored(item, [message, ...diagnosisMessages(event.diagnoses)], duration);
    } else {
      const place = (name: string): vscode.Location | undefined =>
        this.#items.measurementLocation(item, event.name, name);
      const messages = [
        ...(event.failure === null ? [] : [failureMessage(event.failure, item.uri)]),
        ...measurementMessages(event.measurements, place),
        ...diagnosisMessages(event.diagnoses),
      ];
      this.#run.failed(item, messages.length > 0 ? messages : new vscode.TestMessage('FAIL'), duration);
    }
  }
}

const failedOf = (measurements: readonly RunnerMeasurement[]): RunnerMeasurement[] =>
  measurements.filter(({ outcome }) => outcome === 'FAIL' || outcome === 'UNSET');

function measurementMessages(
  measurements: readonly RunnerMeasurement[],
  place: (name: string) => vscode.Location | undefined,
): vscode.TestMessage[] {
  return failedOf(measurements).map((measurement) => {
    const message = vscode.TestMessage.diff(
      measurementLine(measurement),
      expectedOf(measurement),
      valueOf(measurement),
    );
    const location = place(measurement.name);
    if (location !== undefined) message.location = location;
    return message;
  });
}

const diagnosisMessages = (diagnoses: readonly RunnerDiagnosis[]): vscode.TestMessage[] =>
  diagnoses.filter(({ is_failure }) => is_failure).map((each) => new vscode.TestMessage(diagnosisLine(each)));

function failureMessage(failure: RunnerFailure, fallback: vscode.Uri | undefined): vscode.TestMessage {
  const message = new vscode.TestMessage(`${failure.type}: ${failure.message}\n\n${failure.traceback}`);
  const place = placeOf(failure.place) ?? (fallback && new vscode.Location(fallback, lineRange(1)));
  if (place !== undefined) message.location = place;
  return message;
}

function placeOf(place: { file: string; line: number } | null): vscode.Location | undefined {
  return place === null ? undefined : new vscode.Location(vscode.Uri.file(place.file), lineRange(place.line));
}
