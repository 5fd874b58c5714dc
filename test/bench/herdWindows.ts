/**
 * Simulates windows of the editor for `herd.ts`, in a process of its own: each has an event stream and loads stations as the
 * extension does, with its classes. The parent sends which windows to open; the answer is how many loads they made.
 */
import * as z from 'zod';
import { StationApi } from '../../src/extension/client/stationApi.ts';
import { StationLoader } from '../../src/extension/connection/stationLoader.ts';
import { listStations, loadStations } from '../../src/extension/connection/stationSource.ts';
import { local } from '../../src/shared/contract/local.ts';
import { watchWithReconnect } from '../../src/shared/live/watchWithReconnect.ts';
import { benchKey } from './bundle.ts';
import { EveryChangeWindow } from './everyChangeWindow.ts';

export const herdRequest = z.object({
  url: z.string(),
  windows: z.number(),
  /** Whether each window loads a station after each of its changes. */
  isEveryChange: z.boolean(),
  /** The stations that each window shows expanded. */
  expanded: z.array(z.string()),
});
export type HerdRequest = z.infer<typeof herdRequest>;

let stopped = new AbortController();
let calls = 0;

/** @param opened is called when the stream is open */
async function openWindow(
  { url, isEveryChange, expanded }: HerdRequest,
  signal: AbortSignal,
  opened: () => void,
): Promise<void> {
  const api = new StationApi(url, benchKey);
  const { capabilities } = await api.call(local.health);
  const known = new Set<string>(capabilities);
  const call: StationApi['call'] = (operation, input) => {
    calls += 1;
    return api.call(operation, input);
  };
  const caller = {
    call,
    can: (capability: string) => Promise.resolve(known.has(capability)),
    hasStationKey: () => Promise.resolve(false),
  };
  const loader = new StationLoader(
    {
      list: () => listStations(caller),
      load: (items, details) => loadStations(caller, items, details),
    },
    () => undefined,
    () => undefined,
  );
  const window = isEveryChange ? new EveryChangeWindow(caller, expanded) : loader;
  if (!isEveryChange) {
    loader.look('stations', { list: 'states', details: expanded });
    loader.follow();
  }
  signal.addEventListener('abort', () => loader.stop());
  void watchWithReconnect({
    open: () => api.events(signal),
    onEvent: (event) => {
      window.apply(event);
      opened();
    },
    onDisconnect: () => 'retry',
    signal,
    firstDelayMs: 500,
    maxDelayMs: 30_000,
  });
}

process.on('message', (message) => {
  const request = herdRequest.safeParse(message);
  if (!request.success) {
    process.send?.(calls);
    return;
  }
  stopped.abort();
  stopped = new AbortController();
  const { signal } = stopped;
  const all = Array.from(
    { length: request.data.windows },
    () => new Promise((settle, reject) => void openWindow(request.data, signal, () => settle(true)).catch(reject)),
  );
  void Promise.all(all).then(() => process.send?.(calls));
});
