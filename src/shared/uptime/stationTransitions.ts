import type { StationState } from '../contract/overview.ts';

/** Returns whether a station is connected; undefined if the state does not say. */
export function isConnectedState(state: StationState): boolean | undefined {
  switch (state) {
    case 'connected':
    case 'running':
      return true;
    case 'disconnected':
      return false;
    case 'never':
    case 'unknown':
      return undefined;
  }
}

/** Finds when stations disconnect and reconnect in a sequence of states. */
export class StationTransitions {
  /** The last known status of each station. Unknown states do not change it. */
  readonly #last = new Map<string, boolean>();

  /** Returns the transition since the last state of the station; undefined if there is none. */
  update(station: string, state: StationState): 'disconnected' | 'reconnected' | undefined {
    const before = this.#last.get(station);
    const now = isConnectedState(state);
    if (now === undefined) return undefined;
    this.#last.set(station, now);
    if (before === undefined || before === now) return undefined;
    return now ? 'reconnected' : 'disconnected';
  }

  forget(station: string): void {
    this.#last.delete(station);
  }
}
