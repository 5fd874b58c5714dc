import type { WaitingPrompt } from '../../../shared/contract/operator.ts';
import { type Listener, OpenStreams } from '../openStreams.ts';
import type { LiveStream, StreamEnd, StreamListener } from '../streaming/streams.ts';
import { EditorWindow } from './editorWindow.ts';
import { LiveStation } from './liveStation.ts';
import { StreamSource } from './streamSource.ts';

const maxWindows = 2_000;
const maxStreams = 2_500;

/** The live state of every station. It exists in memory only: after a restart, the sources report it again. */
export class OperatorHub implements StreamListener {
  readonly streams = new OpenStreams('Operator UI streams', maxStreams);
  readonly #stations = new Map<string, LiveStation>();
  readonly #sources = new Map<string, StreamSource>();
  readonly #windows = new Map<string, EditorWindow>();
  readonly #promptListeners = new Set<Listener>();
  #openPrompts: readonly WaitingPrompt[] = [];

  station(id: string): LiveStation {
    const known = this.#stations.get(id);
    if (known) return known;
    const station = new LiveStation(id, () => this.#updatePrompts());
    this.#stations.set(id, station);
    return station;
  }

  get watchedStations(): LiveStation[] {
    return [...this.#stations.values()].filter(({ isWatched }) => isWatched);
  }

  window(station: LiveStation, slot: number, id: string): EditorWindow {
    const key = `${station.id} ${slot} ${id}`;
    let window = this.#windows.get(key);
    if (!window) {
      this.#makeRoomForWindow();
      window = new EditorWindow();
      this.#windows.set(key, window);
    }
    station.add(window, slot);
    return window;
  }

  readonly followed: StreamListener = {
    opened: (stream) => this.opened(stream, 'followed'),
    state: (stream, state) => this.state(stream, state),
    closed: (stream, how) => this.closed(stream, how),
  };

  get openPrompts(): readonly WaitingPrompt[] {
    return this.#openPrompts;
  }

  watchPrompts(listener: Listener): void {
    this.#promptListeners.add(listener);
  }

  unwatchPrompts(listener: Listener): void {
    this.#promptListeners.delete(listener);
  }

  /** Starts the live stream of a client. Streams with a user's key belong to no station and are not shown. */
  opened(stream: LiveStream, kind: StreamSource['kind'] = 'stream'): void {
    if (stream.stationId === null) return;
    const station = this.station(stream.stationId);
    const source: StreamSource = new StreamSource(kind, stream, () => station.update(source));
    this.#sources.set(stream.id, source);
    station.add(source);
  }

  state(stream: LiveStream, state: unknown): void {
    this.#sources.get(stream.id)?.receive(state);
  }

  closed(stream: LiveStream, how: StreamEnd): void {
    this.#sources.get(stream.id)?.end(how === 'clean');
    this.#sources.delete(stream.id);
  }

  #makeRoomForWindow(): void {
    for (const [key, { isConnected }] of this.#windows) {
      if (this.#windows.size < maxWindows) return;
      if (!isConnected) this.#windows.delete(key);
    }
  }

  #updatePrompts(): void {
    const slots = [...this.#stations.values()].flatMap((station) => [...station.slots.values()]);
    const waiting = slots.flatMap(({ state }): WaitingPrompt[] => {
      const { test, actions, answered, source, station_id } = state;
      if (!test?.prompt || actions.answer !== null || answered !== null) return [];
      return [{ station_id, prompt_id: test.prompt.id, message: test.prompt.message.slice(0, 300), source }];
    });
    const key = (all: readonly WaitingPrompt[]): string => all.map(({ prompt_id }) => prompt_id).join();
    if (key(waiting) === key(this.#openPrompts)) return;
    this.#openPrompts = waiting;
    for (const listener of this.#promptListeners) listener.notify();
  }
}
