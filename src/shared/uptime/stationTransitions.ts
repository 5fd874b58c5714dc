import type { StationState } from '../contract/overview.ts';

const isConnected: Readonly<Record<StationState, boolean | undefined>> = {
  connected: true,
  running: true,
  disconnected: false,
  never: undefined,
  unknown: undefined,
};

export class StationTransitions {
  readonly #last = new Map<string, boolean>();

  update(station: string, state: StationState): 'disconnected' | 'reconnected' | undefined {
    const before = this.#last.get(station);
    const now = isConnected[state];
    if (now === undefined) return undefined;
    this.#last.set(station, now);
    if (before === undefined || before === now) return undefined;
    return now ? 'reconnected' : 'disconnected';
  }

  forget(station: string): void {
    this.#last.delete(station);
  }
}
