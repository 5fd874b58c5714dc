import type { StationState } from '../contract/overview.ts';

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

export class StationTransitions {
  readonly #last = new Map<string, boolean>();

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
