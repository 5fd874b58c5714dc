import type { WaitingPrompt } from '../../../shared/contract/operator.ts';
import type { Listener } from '../openStreams.ts';
import { OpenStreams } from '../openStreams.ts';
import type { LiveStream, StreamListener } from '../streaming/streams.ts';
import { EditorWindow } from './editorWindow.ts';
import { LiveStation } from './liveStation.ts';
import { StreamSource } from './streamSource.ts';

/** The maximum number of remembered windows, so that a client cannot fill the memory with names. */
const maxWindows = 500;
const maxStreams = 300;

/** The live state of every station. It exists in memory only: after a restart, the sources report it again. */
export class OperatorHub implements StreamListener {
  /** The streams to watchers and windows. */
  readonly streams = new OpenStreams(maxStreams);
  readonly #stations = new Map<string, LiveStation>();
  readonly #sources = new Map<string, StreamSource>();
  readonly #windows = new Map<string, EditorWindow>();
  readonly #waitingListeners = new Set<Listener>();
  #waiting: readonly WaitingPrompt[] = [];

  station(id: string): LiveStation {
    const known = this.#stations.get(id);
    if (known) return known;
    const made = new LiveStation(id, () => this.#changed());
    this.#stations.set(id, made);
    return made;
  }

  /** Returns a window of a station. */
  window(station: LiveStation, id: string): EditorWindow {
    const key = `${station.id} ${id}`;
    const known = this.#windows.get(key);
    if (known) {
      station.add(known, known);
      return known;
    }
    for (const [oldest, window] of this.#windows) {
      if (this.#windows.size < maxWindows) break;
      if (!window.connected) this.#windows.delete(oldest);
    }
    const made = new EditorWindow();
    this.#windows.set(key, made);
    station.add(made, made);
    return made;
  }

  /** Receives the states of the OpenHTF station servers that are followed. */
  readonly followed: StreamListener = {
    opened: (stream) => this.opened(stream, 'followed'),
    state: (stream, state) => this.state(stream, state),
    closed: (stream, how) => this.closed(stream, how),
  };

  /** Returns all open prompts without an answer. */
  get waiting(): readonly WaitingPrompt[] {
    return this.#waiting;
  }

  watchWaiting(listener: Listener): void {
    this.#waitingListeners.add(listener);
  }

  unwatchWaiting(listener: Listener): void {
    this.#waitingListeners.delete(listener);
  }

  /** Starts the live stream of a client. Streams with a user's key belong to no station and are not shown. */
  opened(stream: LiveStream, kind: StreamSource['kind'] = 'stream'): void {
    if (stream.stationId === null) return;
    const station = this.station(stream.stationId);
    const source: StreamSource = new StreamSource(kind, stream, () => station.changed(source));
    this.#sources.set(stream.id, source);
    station.add(source);
  }

  state(stream: LiveStream, state: unknown): void {
    this.#sources.get(stream.id)?.take(state);
  }

  closed(stream: LiveStream, how: 'farewell' | 'lost' | 'key' | 'server'): void {
    this.#sources.get(stream.id)?.end(how === 'farewell');
    this.#sources.delete(stream.id);
  }

  #changed(): void {
    const waiting = [...this.#stations.values()].flatMap(({ state }): WaitingPrompt[] => {
      const { test, actions, answered, source, station_id } = state;
      if (!test?.prompt || actions.answer !== null || answered !== null) return [];
      return [{ station_id, prompt_id: test.prompt.id, message: test.prompt.message.slice(0, 300), source }];
    });
    const key = (all: readonly WaitingPrompt[]): string => all.map(({ prompt_id }) => prompt_id).join();
    if (key(waiting) === key(this.#waiting)) return;
    this.#waiting = waiting;
    for (const listener of this.#waitingListeners) listener.notify();
  }
}
