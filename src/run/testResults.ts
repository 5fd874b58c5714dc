import * as vscode from 'vscode';
import type { RunnerEvent, RunnerFailure, RunnerMeasurement } from '../contract/runner.ts';
import type { Verdict } from '../domain/liveRun.ts';

type PhaseEvent = RunnerEvent & { event: 'phase_started' | 'measurement_update' | 'phase_complete' };

/** Paints one run of a script into VS Code's Test Results: the script as an item, its phases below it. */
export class ResultPainter {
  readonly #controller: vscode.TestController;
  readonly #script: vscode.TestItem;
  readonly #run: vscode.TestRun;
  readonly #started = Date.now();
  #executions = 0;
  #crashed = false;
  /** The item of each phase of the running execution, by the phase's key. */
  #phases = new Map<string, vscode.TestItem>();

  constructor(controller: vscode.TestController, script: vscode.TestItem, run: vscode.TestRun) {
    this.#controller = controller;
    this.#script = script;
    this.#run = run;
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
        this.#run.started(this.#item(event));
        break;
      case 'measurement_update':
        if (event.measurement.outcome !== 'PARTIALLY_SET') {
          this.output(`  ${measurementLine(event.measurement)}\n`, undefined, this.#item(event));
        }
        break;
      case 'phase_complete':
        this.#phaseEnd(event);
        break;
      case 'phase_log':
        this.output(`  [${event.level}] ${event.message}\n`, placeOf(event.place));
        break;
      case 'run_complete':
        this.output(`${event.serial_number ?? ''} ${event.outcome}\n`);
        break;
      case 'run_crashed':
        this.#crashed = true;
        this.#run.errored(this.#script, failureMessage(event.failure, this.#script.uri));
        break;
      default:
    }
  }

  /**
   * @param verdict of the whole script; null: it was stopped, or executed no test
   * @param broken why there is none, where it is not the script's own error: that is painted with its place already
   */
  end(verdict: Verdict | null, broken: string | null): void {
    const duration = Date.now() - this.#started;
    if (this.#crashed) {
      // painted by run_crashed, whose message has the place
    } else if (broken !== null) this.#run.errored(this.#script, new vscode.TestMessage(broken), duration);
    else if (verdict === null || verdict.outcome === 'ABORTED') this.#run.skipped(this.#script);
    else if (verdict.outcome === 'PASS') this.#run.passed(this.#script, duration);
    else {
      const message = new vscode.TestMessage(verdict.reason ?? verdict.outcome);
      if (verdict.outcome === 'FAIL') this.#run.failed(this.#script, message, duration);
      else this.#run.errored(this.#script, message, duration);
    }
    this.#run.end();
  }

  /** The first execution takes the place of the last run's; those of a loop stand behind each other. */
  #plan(phases: readonly { key: string; name: string; place: { file: string; line: number } | null }[]): void {
    this.#phases = new Map();
    if (this.#executions === 0) this.#script.children.replace([]);
    this.#executions += 1;
    for (const phase of phases) this.#add(phase.key, phase.name, phase.place);
    for (const item of this.#phases.values()) this.#run.enqueued(item);
  }

  #add(key: string, name: string, place: { file: string; line: number } | null): vscode.TestItem {
    const position = this.#script.children.size;
    const label = this.#executions > 1 ? `${name} (${this.#executions})` : name;
    const uri = place === null ? this.#script.uri : vscode.Uri.file(place.file);
    const item = this.#controller.createTestItem(`${this.#script.id}#${position}:${name}`, label, uri);
    if (place !== null) item.range = lineRange(place.line);
    item.sortText = String(position).padStart(6, '0');
    this.#script.children.add(item);
    this.#phases.set(key, item);
    return item;
  }

  /** Phases that the plan did not have (a vanilla script's, or made while running) get their item when they come. */
  #item({ key, name }: PhaseEvent): vscode.TestItem {
    return this.#phases.get(key) ?? this.#add(key, name, null);
  }

  #phaseEnd(event: RunnerEvent & { event: 'phase_complete' }): void {
    const item = this.#item(event);
    const duration = event.end_time_millis - event.start_time_millis;
    this.output(`${event.name}: ${event.outcome}${event.attempt > 0 ? ` (attempt ${event.attempt + 1})` : ''}\n`);
    if (event.outcome === 'PASS') this.#run.passed(item, duration);
    else if (event.outcome === 'SKIP') this.#run.skipped(item);
    else if (event.outcome === 'ERROR') {
      const message =
        event.failure === null ? new vscode.TestMessage('ERROR') : failureMessage(event.failure, item.uri);
      this.#run.errored(item, message, duration);
    } else this.#run.failed(item, failedMeasurements(event.measurements, item), duration);
  }
}

function failedMeasurements(measurements: readonly RunnerMeasurement[], item: vscode.TestItem): vscode.TestMessage[] {
  const failed = measurements.filter(({ outcome }) => outcome === 'FAIL' || outcome === 'UNSET');
  const messages = failed.map((measurement) => {
    const message = new vscode.TestMessage(measurementLine(measurement));
    message.expectedOutput = measurement.validators.join(' and ');
    message.actualOutput = valueOf(measurement);
    return message;
  });
  if (messages.length === 0) messages.push(new vscode.TestMessage('FAIL'));
  for (const message of messages) {
    if (item.uri !== undefined && item.range !== undefined)
      message.location = new vscode.Location(item.uri, item.range);
  }
  return messages;
}

function valueOf({ measured_value: value, units }: RunnerMeasurement): string {
  if (value === undefined) return 'not set';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return units === null ? text : `${text} ${units}`;
}

function measurementLine(measurement: RunnerMeasurement): string {
  const limits = measurement.validators.length > 0 ? `, expected ${measurement.validators.join(' and ')}` : '';
  return `${measurement.name} = ${valueOf(measurement)}${limits}: ${measurement.outcome}`;
}

function failureMessage(failure: RunnerFailure, fallback: vscode.Uri | undefined): vscode.TestMessage {
  const message = new vscode.TestMessage(`${failure.type}: ${failure.message}\n\n${failure.traceback}`);
  const place = placeOf(failure.place) ?? (fallback && new vscode.Location(fallback, lineRange(1)));
  if (place !== undefined) message.location = place;
  return message;
}

function placeOf(place: { file: string; line: number } | null): vscode.Location | undefined {
  return place === null ? undefined : new vscode.Location(vscode.Uri.file(place.file), lineRange(place.line));
}

/** @param line counted from 1 */
export const lineRange = (line: number): vscode.Range =>
  new vscode.Range(line - 1, 0, line - 1, Number.MAX_SAFE_INTEGER);
