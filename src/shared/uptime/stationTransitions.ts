import type { StationState } from '../contract/overview.ts';

/** Whether a state says that the station is there; undefined: it says nothing of it. */
export function isThere(state: StationState): boolean | undefined {
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

/** Finds when stations go and come back, however often they are looked at. */
export class StationTransitions {
  /** What each station last was for certain: a time in which nobody knew makes no change of its own. */
  readonly #last = new Map<string, boolean>();

  /** @returns what the station has done since it was last looked at; undefined: nothing, or it is looked at first */
  look(station: string, state: StationState): 'went' | 'came' | undefined {
    const before = this.#last.get(station);
    const now = isThere(state);
    if (now === undefined) return undefined;
    this.#last.set(station, now);
    if (before === undefined || before === now) return undefined;
    return now ? 'came' : 'went';
  }

  forget(station: string): void {
    this.#last.delete(station);
  }
}
