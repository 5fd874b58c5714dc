import type { AnsweredPrompt, LiveState, StationBoard, UnavailableReason } from '../../../shared/contract/operator.ts';
import { conflict } from '../../http/refusalError.ts';
import { EditorWindow } from './editorWindow.ts';
import { PromptAnswers } from './promptAnswers.ts';
import { currentSource, isRunning, type TestSource } from './testSource.ts';

const answerCheckMs = 1_000;

interface SlotStation {
  readonly id: string;
  readonly name: string;
  readonly board: StationBoard | undefined;
  /** The tests that run on the station, or ran there last, and that no editor reports. */
  readonly streams: readonly TestSource[];
}

export class LiveSlot {
  readonly #station: SlotStation;
  readonly #number: number;
  readonly #sources = new Set<TestSource>();
  readonly #answers = new PromptAnswers();
  #answerTimer: NodeJS.Timeout | undefined;
  #state: LiveState | undefined;

  constructor(station: SlotStation, number: number) {
    this.#station = station;
    this.#number = number;
  }

  get state(): LiveState {
    this.#state ??= this.#computeState();
    return this.#state;
  }

  forgetState(): void {
    this.#state = undefined;
  }

  get sources(): readonly TestSource[] {
    return [...this.#sources];
  }

  add(source: TestSource): void {
    this.#sources.add(source);
  }

  update(source: TestSource): void {
    // A stream that was opened again continues the test of the previous one.
    for (const other of this.#sources) {
      const same = other.test !== null && other.test.execution_id === source.test?.execution_id;
      if (other !== source && other.kind === source.kind && same && !other.isConnected) this.#sources.delete(other);
    }
    const shown = this.#shown();
    for (const each of this.#sources) if (!each.isConnected && each !== shown) this.#sources.delete(each);
    this.#sendPendingAnswer();
    this.#state = undefined;
  }

  isOpen(prompt: string): boolean {
    return this.#shown()?.test?.prompt?.id === prompt;
  }

  hasAnswered(prompt: string): boolean {
    return this.#answers.of(prompt) !== null;
  }

  /** @throws RefusalError (409) if the prompt is answered or cannot be reached */
  answer(prompt: string, text: string, by: string, delivered: boolean): AnsweredPrompt {
    if (this.isOpen(prompt) && this.#shown()?.isConnected !== true) throw conflict(refusals.gone);
    const answered = this.#answers.add(prompt, by, delivered ? null : text, Date.now());
    this.#sendPendingAnswer();
    this.#state = undefined;
    return answered;
  }

  /** @throws RefusalError (409) */
  stop(execution: string): void {
    const source = this.#shown();
    const why = source?.test?.execution_id === execution ? this.state.actions.stop : 'ended';
    if (why !== null || !source?.stop) throw conflict(refusals[why ?? 'started-elsewhere']);
    source.stop();
    this.#state = undefined;
  }

  /** @throws RefusalError (409) */
  start(serialNumber: string, loop: boolean): void {
    const why = this.state.actions.start;
    const window = this.#startingWindow();
    if (why !== null || !window) throw conflict(refusals[why ?? 'no-window']);
    window.request({ event: 'start', data: { serial_number: serialNumber, loop } });
  }

  /** @throws RefusalError (409) */
  loop(loop: boolean): void {
    const window = this.#startingWindow();
    if (!window) throw conflict(refusals['no-window']);
    window.request({ event: 'loop', data: { loop } });
  }

  #shown(): TestSource | null {
    return currentSource([...this.#windows, ...(this.#number === 1 ? this.#station.streams : [])]);
  }

  get #windows(): EditorWindow[] {
    return [...this.#sources].filter((source) => source instanceof EditorWindow);
  }

  #startingWindow(): EditorWindow | undefined {
    return this.#windows
      .filter(({ isConnected, offer }) => isConnected && offer !== null)
      .sort(
        (a, b) => Number(b.offer?.script != null) - Number(a.offer?.script != null) || b.openedAtMs - a.openedAtMs,
      )[0];
  }

  /** An answer that the test has not accepted yet is sent again, so that none is lost with a connection. */
  #sendPendingAnswer(): void {
    clearTimeout(this.#answerTimer);
    const source = this.#shown();
    const prompt = source?.test?.prompt;
    if (!source || !prompt || this.#answers.of(prompt.id) === null) return;
    if (source.isConnected) {
      const text = this.#answers.takeDue(prompt.id, performance.now());
      if (text !== null) source.answer(prompt.id, text);
    }
    this.#answerTimer = setTimeout(() => this.#sendPendingAnswer(), answerCheckMs).unref();
  }

  #computeState(): LiveState {
    const { id, name, board } = this.#station;
    const source = this.#shown();
    const test = source?.test ?? null;
    const window = this.#startingWindow();
    return {
      station_id: id,
      station_name: name,
      source: source?.kind ?? 'none',
      connected: source?.isConnected ?? false,
      test,
      answered: test?.prompt ? this.#answers.of(test.prompt.id) : null,
      actions: {
        answer: reasonAgainstAnswer(source),
        stop: reasonAgainstStop(source),
        start: this.#reasonAgainstStart(window),
      },
      offer: window?.offer ?? null,
      ...(this.#number === 1 && board && { board }),
    };
  }

  #reasonAgainstStart(window: EditorWindow | undefined): UnavailableReason | null {
    const isInUse = this.#windows.some((each) => isRunning(each) || (each.isConnected && each.isBusy));
    if (isInUse || this.#station.streams.some(isRunning)) return 'running';
    return window?.offer?.script == null ? 'no-window' : null;
  }
}

function reasonAgainstAnswer(source: TestSource | null): UnavailableReason | null {
  if (!source?.test) return 'no-test';
  if (source.test.status === 'completed') return 'ended';
  if (source.test.prompt === null) return 'no-prompt';
  return source.isConnected ? null : 'gone';
}

function reasonAgainstStop(source: TestSource | null): UnavailableReason | null {
  if (!source?.test) return 'no-test';
  if (source.test.status === 'completed') return 'ended';
  if (source.stop === null) return 'started-elsewhere';
  if (!source.isConnected) return 'gone';
  return source.isStopping ? 'stopping' : null;
}

const refusals: Record<UnavailableReason, string> = {
  'no-test': 'There is no test on this station.',
  ended: 'This test has ended.',
  'no-prompt': 'No question is open on this station.',
  gone: 'The script cannot be reached: its connection is lost.',
  'started-elsewhere': 'This test was not started from an editor. Stop it where it runs.',
  stopping: 'The test is stopping already.',
  running: 'A test runs on this station. Wait for its end, or stop it.',
  'no-window': 'No VS Code window has a script for this station. Set one there, and keep the window open.',
};
