import type { RunnerEvent } from '../../shared/contract/runner.ts';
import type { EndedRun } from '../connection/liveScripts.ts';

interface WaitingPrompt {
  readonly id: string;
  readonly message: string;
  readonly askedBy: 'script' | 'window';
  readonly sinceMs: number;
}

/** For how long a question may wait for a person before the assistant gets its answer. */
const defaultMaxWaitMs = 60_000;

/** A run of an assistant, from the person's yes to its end. */
export class LiveRun {
  readonly script: string;
  readonly station: { readonly id: string; readonly name: string } | undefined;
  readonly #maxWaitMs: number;
  readonly #waitedTooLong = Promise.withResolvers<'waiting'>();
  #serialNumber: string | undefined;
  #phase: string | undefined;
  #prompts: readonly WaitingPrompt[] = [];
  #timer: NodeJS.Timeout | undefined;
  #result: EndedRun | undefined;

  constructor(
    script: string,
    station: { readonly id: string; readonly name: string } | undefined,
    serialNumber: string | undefined,
    maxWaitMs = defaultMaxWaitMs,
  ) {
    this.script = script;
    this.station = station;
    this.#serialNumber = serialNumber;
    this.#maxWaitMs = maxWaitMs;
    this.#setPrompts([
      prompt('start', 'The window asks the person something before the start, or the script is starting.', 'window'),
    ]);
  }

  get waitedTooLong(): Promise<'waiting'> {
    return this.#waitedTooLong.promise;
  }

  get serialNumber(): string | undefined {
    return this.#serialNumber;
  }

  get phase(): string | undefined {
    return this.#phase;
  }

  get prompt(): WaitingPrompt | undefined {
    return this.#prompts[0];
  }

  /** Undefined while it runs, and if it could not be started. */
  get result(): EndedRun | undefined {
    return this.#result;
  }

  handleEvent(event: RunnerEvent): void {
    const others = this.#prompts.filter(({ askedBy }) => askedBy === 'script'); // the window's have been answered
    switch (event.event) {
      case 'ui_request':
        this.#setPrompts([
          ...others,
          prompt(event.request_id, event.hidden ? 'The script asks for a hidden text.' : event.message, 'script'),
        ]);
        break;
      case 'ui_resolved':
        this.#setPrompts(others.filter(({ id }) => id !== event.request_id));
        break;
      case 'procedure_request':
      case 'part_number_request':
      case 'serial_number_request':
        this.#setPrompts([...others, prompt(event.request_id, windowQuestions[event.event], 'window')]);
        break;
      case 'phase_started':
        this.#phase = event.name;
        this.#serialNumber = event.serial_number ?? this.#serialNumber;
        this.#setPrompts(others);
        break;
      case 'run_complete':
        this.#serialNumber = event.serial_number ?? this.#serialNumber;
        this.#setPrompts([]);
        break;
      default:
        this.#setPrompts(others);
    }
  }

  end(result: EndedRun | undefined): void {
    this.#result = result;
    this.#phase = undefined;
    this.#setPrompts([]);
  }

  /** The time of the first prompt counts on when another one is added. */
  #setPrompts(prompts: readonly WaitingPrompt[]): void {
    const isSame = prompts[0]?.id === this.#prompts[0]?.id;
    this.#prompts = prompts;
    if (isSame) return;
    clearTimeout(this.#timer);
    if (prompts.length > 0) this.#timer = setTimeout(() => this.#waitedTooLong.resolve('waiting'), this.#maxWaitMs);
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }
}

const prompt = (id: string, message: string, askedBy: WaitingPrompt['askedBy']): WaitingPrompt => ({
  id,
  message,
  askedBy,
  sinceMs: Date.now(),
});

const windowQuestions = {
  procedure_request: 'The window asks for the procedure of the run.',
  part_number_request: 'The window asks for the part number of the unit.',
  serial_number_request: 'The window asks for the serial number of the unit.',
} as const;
