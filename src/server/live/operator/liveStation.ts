import { isDeepStrictEqual } from 'node:util';
import type { AnsweredPrompt, LiveState, StationBoard } from '../../../shared/contract/operator.ts';
import { notFound } from '../../http/refusalError.ts';
import type { Listener } from '../openStreams.ts';
import { EditorWindow } from './editorWindow.ts';
import { LiveSlot } from './liveSlot.ts';
import type { TestSource } from './testSource.ts';

export class LiveStation {
  readonly id: string;
  readonly #onChange: () => void;
  readonly #slots = new Map<number, LiveSlot>();
  readonly #watchers = new Set<Listener>();
  #board: StationBoard | undefined;
  name = '';

  constructor(id: string, onChange: () => void) {
    this.id = id;
    this.#onChange = onChange;
    this.slot(1);
  }

  withName(name: string): this {
    if (name !== this.name) for (const slot of this.#slots.values()) slot.forgetState();
    this.name = name;
    return this;
  }

  get state(): LiveState {
    return this.slot(1).state;
  }

  get slots(): ReadonlyMap<number, LiveSlot> {
    return this.#slots;
  }

  slot(number: number): LiveSlot {
    const known = this.#slots.get(number);
    if (known) return known;
    const slot = new LiveSlot(this, number);
    this.#slots.set(number, slot);
    return slot;
  }

  get board(): StationBoard | undefined {
    return this.#board;
  }

  get isWatched(): boolean {
    return this.#watchers.size > 0;
  }

  setBoard(board: StationBoard): void {
    if (isDeepStrictEqual(board, this.#board)) return;
    this.#board = board;
    this.slot(1).forgetState();
    this.#notifyWatchers();
  }

  watch(listener: Listener): void {
    this.#watchers.add(listener);
  }

  unwatch(listener: Listener): void {
    this.#watchers.delete(listener);
  }

  /** What is reported by streams has no slot, and is shown in the first. */
  add(source: TestSource, slot = 1): void {
    this.slot(slot).add(source);
  }

  update(source: TestSource, slot = 1): void {
    this.slot(slot).update(source);
    // A script that an editor runs may stream too, and a test that streams keeps every slot from starting one.
    for (const each of this.#slots.values()) each.forgetState();
    this.#notifyWatchers();
    this.#onChange();
  }

  /**
   * Returns the streams of tests that no editor reports. An editor's report has more details than the stream of the same
   * execution. While an editor runs tests in several slots, each stream belongs to one of them, whichever is reported first.
   */
  get streams(): TestSource[] {
    const all = [...this.#slots].flatMap(([number, { sources }]) => sources.map((source) => ({ number, source })));
    const windows = all.filter(({ source }) => source instanceof EditorWindow);
    const areOwn = windows.some(({ number, source }) => number > 1 && source.isConnected && source.isBusy);
    const executions = new Set(windows.map(({ source }) => source.test?.execution_id));
    return all
      .map(({ source }) => source)
      .filter(({ kind, test }) => kind !== 'editor' && !areOwn && !executions.has(test?.execution_id));
  }

  /**
   * @param delivered whether the caller passes the answer to the test itself
   * @throws RefusalError 404 for a prompt that is not open, 409 for one that is answered or cannot be reached
   */
  answer(prompt: string, text: string, by: string, delivered: boolean): AnsweredPrompt {
    const slots = [...this.#slots.values()];
    const slot = slots.find((each) => each.isOpen(prompt)) ?? slots.find((each) => each.hasAnswered(prompt));
    if (slot === undefined) {
      throw notFound('This question is not open on the station: it was answered, has timed out, or was never asked.');
    }
    const answered = slot.answer(prompt, text, by, delivered);
    this.#notifyWatchers();
    this.#onChange();
    return answered;
  }

  /** @throws RefusalError (409) if the test cannot be stopped */
  stop(execution: string): void {
    const slot = [...this.#slots.values()].find(({ state }) => state.test?.execution_id === execution);
    (slot ?? this.slot(1)).stop(execution);
    this.#notifyWatchers();
    this.#onChange();
  }

  #notifyWatchers(): void {
    for (const watcher of this.#watchers) watcher.notify();
  }
}
