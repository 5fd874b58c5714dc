import { type LiveState, operator, stateEvent } from '../../src/shared/contract/operator.ts';
import { patchState } from '../../src/shared/live/livePatch.ts';
import { openSse } from './sse.ts';

export const pathOf = (operation: { path: string }, params: Record<string, string>): string =>
  operation.path.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? '');

/** Somebody who watches a station: the whole state, however it came. */
export interface Watcher {
  readonly state: LiveState;
  /** The first state, from now on, that is like that; null when the stream ended before. */
  until(isLike: (state: LiveState) => boolean): Promise<LiveState>;
  /** Resolves when the server has ended the stream. */
  ended(): Promise<void>;
  close(): Promise<void>;
}

/** @param key of a user or a station, or the token of a link */
export async function watch(url: string, station: string, key: string): Promise<Watcher> {
  const stream = await openSse(url, pathOf(operator.states, { id: station }), key, stateEvent);
  let state: LiveState | undefined;
  const advance = async (): Promise<boolean> => {
    const event = await stream.next();
    if (event === null) return false;
    if (event.event === 'state') state = event.data.state;
    else if (state) state = patchState(state, event.data.patch);
    return true;
  };
  const now = (): LiveState => {
    if (!state) throw new Error('No state has come.');
    return state;
  };
  await advance();
  return {
    get state() {
      return now();
    },
    until: async (isLike) => {
      while (!isLike(now())) {
        if (!(await advance())) throw new Error(`The stream ended. Last state: ${JSON.stringify(state)}`);
      }
      return now();
    },
    ended: async () => {
      while (await advance());
    },
    close: () => stream.close(),
  };
}
