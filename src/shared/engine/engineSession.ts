import { type EngineCommand, type EngineEvent, type EnginePhaseOutcome, parseEngineLine } from '../contract/engine.ts';
import { parseFormAnswer, type PromptComponent } from '../contract/promptForm.ts';
import type { RunnerEvent, RunnerFailure, RunnerMeasurement } from '../contract/runner.ts';
import type { Verdict } from '../live/runProgress.ts';
import { type DeclaredPhase, type DeclaredProcedure } from './declaredProcedure.ts';
import { judgedMeasurement, pendingMeasurement } from './engineMeasurements.ts';
import { engineValues, promptComponents, refusalText } from './enginePrompts.ts';
import { type EngineEnd, engineVerdict } from './engineVerdict.ts';
import { lastAttempt, nothingSeen, type Observation, observe } from './observation.ts';
import { phaseFailure, phaseOutcomes } from './phaseEnd.ts';
import { StreamRecord } from './streamRecord.ts';

/** The key of the unit form among the prompts, which belongs to no phase. */
const unitForm = '';
const serialNumberKey = 'serial_number';

interface OpenPrompt {
  readonly engineId: string;
  readonly phase: string;
  readonly message: string;
  readonly refusal?: string;
  readonly components: readonly PromptComponent[];
  readonly tries: number;
}

export interface SessionOptions {
  readonly executionId: string;
  readonly procedureId: string | null;
  readonly declared: DeclaredProcedure;
  /** Whether the serial number is asked for with a `serial_number_request`, and the unit form only if it has more fields. */
  readonly asksSerialNumber: boolean;
  readonly now: () => number;
  readonly emit: (event: RunnerEvent) => void;
  readonly send: (command: EngineCommand) => void;
}

/** Phases run in parallel and may ask at the same time; their prompts are shown one after the other. */
export class EngineSession {
  readonly #options: SessionOptions;
  #seen: Observation = nothingSeen;
  #hasStarted = false;
  #waiting: OpenPrompt[] = [];
  #unidentified: OpenPrompt | undefined;
  #shown: { readonly id: string; readonly prompt: OpenPrompt } | undefined;
  /** The prompts whose answer was sent, by the engine's id, because the engine may refuse it. */
  readonly #answered = new Map<string, OpenPrompt>();
  readonly record: StreamRecord;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.record = new StreamRecord(options.now);
  }

  get seen(): Observation {
    return this.#seen;
  }

  get hasStarted(): boolean {
    return this.#hasStarted;
  }

  line(text: string): void {
    if (text.trim() === '') return;
    const line = parseEngineLine(text);
    this.#seen = observe(this.#seen, line);
    if (line.kind === 'event' && line.event !== undefined) this.#event(line.event);
  }

  answer(id: string, answer: string): void {
    const shown = this.#shown;
    if (shown?.id !== id) return;
    const values = parseFormAnswer(answer) ?? {};
    const { engineId: request_id, components } = shown.prompt;
    this.#answered.set(request_id, shown.prompt);
    this.#resolve();
    this.#options.send({ type: 'ui_response', request_id, values: engineValues(components, values) });
  }

  finish(end: EngineEnd, wasKilled: boolean): Verdict {
    const verdict = engineVerdict(this.#seen, end);
    this.#waiting = [];
    this.#resolve();
    if (!this.#hasStarted) {
      if (!end.wasStopped)
        this.#emit({ event: 'run_crashed', ...this.#time, reason: 'load_error', failure: crashOf(verdict) });
    } else {
      for (const { key, attempt, outcome } of this.#seen.attempts) {
        if (outcome === null)
          this.#endPhase(key, attempt, 'ERROR', end.wasStopped ? 'The run was stopped.' : verdict.reason);
      }
      if (wasKilled) this.#log('WARNING', 'The program was killed: plugs were not closed.', null);
      const { first, last, serialNumber } = this.record;
      this.#emit({
        event: 'run_complete',
        ...this.#execution,
        outcome: verdict.outcome,
        partial_outcome: null,
        serial_number: serialNumber,
        start_time_millis: first ?? this.#options.now(),
        end_time_millis: last ?? this.#options.now(),
        outcome_details: verdict.reason === null ? [] : [verdict.reason],
        phases_run: this.#seen.attempts.length,
        diagnoses: [],
      });
    }
    if (end.exitCode !== null) this.#emit({ event: 'script_ended', ...this.#time, exit_code: end.exitCode });
    return verdict;
  }

  get #time(): { time: number } {
    return { time: this.#options.now() };
  }

  get #execution(): { execution_id: string; time: number } {
    return { execution_id: this.#options.executionId, ...this.#time };
  }

  #emit(event: RunnerEvent): void {
    this.#options.emit(event);
  }

  #event(event: EngineEvent): void {
    switch (event.type) {
      case 'identify_request':
        this.#start(this.#options.declared.phases);
        this.#identify(event);
        break;
      case 'identify_resolved':
        this.record.identify(event.unit);
        break;
      case 'plan':
        this.#start(event.phases);
        break;
      case 'phase_started':
        this.#startPhase(event);
        break;
      case 'measurement_recorded':
        this.#measure(event);
        break;
      case 'attachment_added':
        this.record.attach(event);
        this.#log('INFO', `Attachment: ${event.name}`, null);
        break;
      case 'phase_log':
        this.#log(event.level, event.message, event.file == null ? null : { file: event.file, line: event.line ?? 1 });
        break;
      case 'plug_log':
        this.#log(event.level.toUpperCase(), `${event.plug_name ?? event.plug_key}: ${event.message}`, null);
        break;
      case 'plug_status':
        this.#log(
          event.status === 'error' ? 'ERROR' : 'INFO',
          `Plug ${event.plug_name ?? event.plug_key}: ${event.status}`,
          null,
        );
        break;
      case 'internal_warning':
        this.#log('WARNING', event.message, null);
        break;
      case 'ui_request':
        this.#ask(event);
        break;
      case 'ui_auto_continue':
      case 'ui_timeout':
        this.#withdraw((prompt) => prompt.engineId === event.request_id);
        break;
      case 'ui_error':
        this.#askAgain(event);
        break;
      case 'phase_finished':
        this.#withdraw((prompt) => prompt.phase === event.phase_key);
        this.#endPhase(event.phase_key, event.attempt, event.outcome, event.error ?? null, event);
        break;
      case 'phase_skipped':
        this.#skipPhase(event.phase_key, event.reason ?? '');
        break;
      default:
    }
  }

  /** The unit is identified before the plan is known: the phases of the file are shown until then. */
  #start(phases: readonly { readonly key: string; readonly name: string }[]): void {
    if (this.#hasStarted) return;
    this.#hasStarted = true;
    const { declared, procedureId } = this.#options;
    this.#emit({
      event: 'run_started',
      ...this.#execution,
      kind: 'vanilla',
      name: declared.name,
      procedure_id: procedureId,
      part_number: null,
      phases: phases.map(({ key, name }) => {
        const phase = this.#declaredPhase(key);
        return { key, name, docstring: phase?.description ?? null, place: phase?.place ?? null };
      }),
    });
  }

  #startPhase({ phase_key: key, attempt, started_at }: EngineEvent & { type: 'phase_started' }): void {
    this.#start(this.#options.declared.phases);
    this.record.start(key, started_at ?? null);
    this.#emit({ event: 'phase_started', ...this.#attempt(key, attempt), serial_number: this.record.serialNumber });
  }

  #measure({ phase_key: key, name, value, unit }: EngineEvent & { type: 'measurement_recorded' }): void {
    const declared = this.#declaredPhase(key)?.measurements.get(name);
    const measurement = pendingMeasurement(name, value, unit ?? null, declared);
    this.record.measure(key, measurement);
    const attempt = lastAttempt(this.#seen, key)?.attempt ?? 1;
    this.#emit({ event: 'measurement_update', ...this.#attempt(key, attempt), measurement });
  }

  #endPhase(
    key: string,
    attempt: number,
    outcome: EnginePhaseOutcome,
    error: string | null,
    times: { readonly started_at?: string | null | undefined; readonly ended_at?: string | null | undefined } = {},
  ): void {
    const declared = this.#declaredPhase(key);
    const judged = (measurement: RunnerMeasurement): RunnerMeasurement =>
      judgedMeasurement(measurement, declared?.measurements.get(measurement.name), outcome, error);
    const ended = { name: this.#nameOf(key), attempt, outcome: phaseOutcomes[outcome], error };
    const phase = this.record.end(key, ended, times, judged);
    this.#emit({
      event: 'phase_complete',
      ...this.#attempt(key, attempt),
      outcome: phase.outcome,
      start_time_millis: phase.startedAt,
      end_time_millis: phase.endedAt,
      measurements: [...phase.measurements],
      failure: phaseFailure(outcome, error, declared),
      diagnoses: [],
    });
  }

  #skipPhase(key: string, reason: string): void {
    const now = this.#options.now();
    this.#emit({
      event: 'phase_complete',
      ...this.#attempt(key, 1),
      outcome: 'SKIP',
      start_time_millis: now,
      end_time_millis: now,
      measurements: [],
      failure: null,
      diagnoses: [],
    });
    if (reason !== '') this.#log('INFO', `${this.#nameOf(key)} was skipped: ${reason}`, null);
  }

  #identify({ request_id, components }: EngineEvent & { type: 'identify_request' }): void {
    const { declared, asksSerialNumber } = this.#options;
    const asked = components.map((component) => ({ ...component, is_input: true }));
    const form = promptComponents(asked, declared.unitFields);
    const prompt = { engineId: request_id, phase: unitForm, message: 'Identify the unit', components: form, tries: 0 };
    const field = form.find(({ key }) => key === serialNumberKey);
    if (field === undefined || !asksSerialNumber) {
      this.#enqueue(prompt);
      return;
    }
    this.#unidentified = prompt;
    const own = typeof field.initial === 'string' && field.initial !== '' ? field.initial : null;
    this.#emit({ event: 'serial_number_request', ...this.#execution, request_id, serial_number: own });
  }

  identify(id: string, serialNumber: string | null): void {
    const prompt = this.#unidentified;
    if (prompt?.engineId !== id || serialNumber === null) return;
    this.#unidentified = undefined;
    const components = prompt.components.map((field) =>
      field.key === serialNumberKey ? { ...field, initial: serialNumber } : field,
    );
    if (components.some(({ is_required, initial }) => is_required && (initial === null || initial === ''))) {
      this.#enqueue({ ...prompt, components });
      return;
    }
    this.#answered.set(id, { ...prompt, components });
    const values = Object.fromEntries(
      components.flatMap(({ key, initial }) => (initial === null ? [] : [[key, initial]])),
    );
    this.#options.send({ type: 'ui_response', request_id: id, values: engineValues(components, values) });
  }

  #ask({ request_id, phase_key, phase_description, components }: EngineEvent & { type: 'ui_request' }): void {
    const declared = this.#declaredPhase(phase_key);
    this.#enqueue({
      engineId: request_id,
      phase: phase_key,
      message: phase_description ?? this.#nameOf(phase_key),
      components: promptComponents(components, declared?.components ?? new Map()),
      tries: 0,
    });
  }

  /** The engine still waits for an answer to a prompt whose answer it has refused, except if it came too late. */
  #askAgain(event: EngineEvent & { type: 'ui_error' }): void {
    const before = this.#answered.get(event.request_id ?? '');
    if (before === undefined) return;
    this.#answered.delete(before.engineId);
    if (event.reason === 'unknown_request' || event.reason === 'invalid_state') return;
    this.#enqueue({ ...before, refusal: refusalText(event, before.components), tries: before.tries + 1 });
  }

  #enqueue(prompt: OpenPrompt): void {
    this.#waiting.push(prompt);
    this.#showNext();
  }

  #showNext(): void {
    if (this.#shown !== undefined) return;
    const prompt = this.#waiting.shift();
    if (prompt === undefined) return;
    const id = prompt.tries === 0 ? prompt.engineId : `${prompt.engineId}~${prompt.tries}`;
    this.#shown = { id, prompt };
    this.#emit({
      event: 'ui_request',
      ...this.#execution,
      request_id: id,
      message: [prompt.message, prompt.refusal].filter(Boolean).join('\n\n'),
      text_input: false,
      hidden: false,
      image_url: null,
      timeout_s: null,
      form: [...prompt.components],
    });
  }

  #withdraw(isEnded: (prompt: OpenPrompt) => boolean): void {
    this.#waiting = this.#waiting.filter((prompt) => !isEnded(prompt));
    for (const [id, prompt] of this.#answered) if (isEnded(prompt)) this.#answered.delete(id);
    if (this.#shown !== undefined && isEnded(this.#shown.prompt)) this.#resolve();
  }

  #resolve(): void {
    const shown = this.#shown;
    if (shown === undefined) return;
    this.#shown = undefined;
    this.#emit({ event: 'ui_resolved', ...this.#execution, request_id: shown.id });
    this.#showNext();
  }

  #log(level: string, message: string, place: { file: string; line: number } | null): void {
    if (!this.#hasStarted) return;
    this.#emit({ event: 'phase_log', ...this.#execution, level, message, place });
    this.record.log(level, message, place);
  }

  #attempt(
    key: string,
    attempt: number,
  ): { execution_id: string; time: number; key: string; name: string; attempt: number } {
    return { ...this.#execution, key, name: this.#nameOf(key), attempt: attempt - 1 };
  }

  #declaredPhase(key: string): DeclaredPhase | undefined {
    return this.#options.declared.phases.find((phase) => phase.key === key);
  }

  #nameOf(key: string): string {
    return this.#seen.planned?.find((phase) => phase.key === key)?.name ?? this.#declaredPhase(key)?.name ?? key;
  }
}

const crashOf = ({ reason }: Verdict): RunnerFailure => ({
  type: 'TofuPilot',
  message: reason ?? '',
  traceback: '',
  place: null,
  missing_module: null,
});
