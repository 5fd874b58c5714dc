import { isDeepStrictEqual } from 'node:util';
import type { AnsweredPrompt, LiveState, StationBoard, UnavailableReason } from '../../../shared/contract/operator.ts';
import { conflict, notFound } from '../../http/refusalError.ts';
import type { Listener } from '../openStreams.ts';
import { EditorWindow } from './editorWindow.ts';
import { PromptAnswers } from './promptAnswers.ts';
import { currentSource, isRunning, type TestSource } from './testSource.ts';

const answerCheckMs = 1_000;

export class LiveStation {
  readonly id: string;
  readonly #onChange: () => void;
  readonly #sources = new Set<TestSource>();
  readonly #answers = new PromptAnswers();
  readonly #watchers = new Set<Listener>();
  #answerTimer: NodeJS.Timeout | undefined;
  #state: LiveState | undefined;
  #board: StationBoard | undefined;
  name = '';

  constructor(id: string, onChange: () => void) {
    this.id = id;
    this.#onChange = onChange;
  }

  withName(name: string): this {
    if (name !== this.name) this.#state = undefined;
    this.name = name;
    return this;
  }

  get state(): LiveState {
    this.#state ??= this.#computeState();
    return this.#state;
  }

  get isWatched(): boolean {
    return this.#watchers.size > 0;
  }

  setBoard(board: StationBoard): void {
    if (isDeepStrictEqual(board, this.#board)) return;
    this.#board = board;
    this.#state = undefined;
    for (const watcher of this.#watchers) watcher.notify();
  }

  watch(listener: Listener): void {
    this.#watchers.add(listener);
  }

  unwatch(listener: Listener): void {
    this.#watchers.delete(listener);
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
    const shown = currentSource([...this.#sources]);
    for (const each of this.#sources) if (!each.isConnected && each !== shown) this.#sources.delete(each);
    this.#sendPendingAnswer();
    this.#state = undefined;
    for (const watcher of this.#watchers) watcher.notify();
    this.#onChange();
  }

  /**
   * Answers the open prompt.
   * @param delivered whether the caller passes the answer to the test itself
   * @throws RefusalError 404 for a prompt that is not open, 409 for one that is answered or cannot be reached
   */
  answer(prompt: string, text: string, by: string, delivered: boolean): AnsweredPrompt {
    const source = this.#shown();
    const isOpen = source?.test?.prompt?.id === prompt;
    if (!isOpen && this.#answers.of(prompt) === null) {
      throw notFound('This question is not open on the station: it was answered, has timed out, or was never asked.');
    }
    if (isOpen && !source.isConnected) throw conflict(refusals.gone);
    const answered = this.#answers.add(prompt, by, delivered ? null : text, Date.now());
    this.update(source ?? this.#firstSource());
    return answered;
  }

  stop(execution: string): void {
    const source = this.#shown();
    const why = source?.test?.execution_id === execution ? this.state.actions.stop : 'ended';
    if (why !== null || !source?.stop) throw conflict(refusals[why ?? 'started-elsewhere']);
    source.stop();
    this.update(source);
  }

  start(serialNumber: string, loop: boolean): void {
    const why = this.state.actions.start;
    const window = this.#startingWindow();
    if (why !== null || !window) throw conflict(refusals[why ?? 'no-window']);
    window.request({ event: 'start', data: { serial_number: serialNumber, loop } });
  }

  loop(loop: boolean): void {
    const window = this.#startingWindow();
    if (!window) throw conflict(refusals['no-window']);
    window.request({ event: 'loop', data: { loop } });
  }

  #shown(): TestSource | null {
    return currentSource([...this.#sources]);
  }

  #firstSource(): TestSource {
    const [source] = this.#sources;
    if (!source) throw notFound('Nothing is known of a test on this station.');
    return source;
  }

  #startingWindow(): EditorWindow | undefined {
    const windows = [...this.#sources].filter((source) => source instanceof EditorWindow);
    return windows
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
    const source = this.#shown();
    const test = source?.test ?? null;
    const window = this.#startingWindow();
    return {
      station_id: this.id,
      station_name: this.name,
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
      ...(this.#board && { board: this.#board }),
    };
  }

  #reasonAgainstStart(window: EditorWindow | undefined): UnavailableReason | null {
    if ([...this.#sources].some((each) => isRunning(each) || (each.isConnected && each.isBusy))) return 'running';
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
