import { join } from 'node:path';
import { afterEach, beforeEach } from 'mocha';
import type { Heartbeat } from '../../src/server/live/presence/heartbeats.ts';
import { PresenceRecorder } from '../../src/server/live/presence/recorder.ts';
import type { LiveStream } from '../../src/server/live/streaming/streams.ts';
import { openStore } from '../../src/server/store/sqlite/open.ts';
import { insertStation } from '../../src/server/store/stations.ts';
import type { Store } from '../../src/server/store/tables.ts';
import type { Writer } from '../../src/server/writer.ts';
import { SetServerClock } from './setServerClock.ts';
import { temporaryFolder } from './support.ts';

export const [second, minute, hour] = [1_000, 60_000, 3_600_000];

/** Inside a `describe`: for each test a recorder of its own with one station, by a clock that stands at 10:00 until it is moved. */
export function useRecorder() {
  let store: Store;
  let writer: Writer;
  let clock: SetServerClock;
  let recorder: PresenceRecorder;
  let station: string;

  const begin = async (): Promise<void> => {
    recorder = new PresenceRecorder({ store, writer }, clock, { onChange: () => {}, onFollowed: [] });
    await recorder.start();
  };
  const endAndBegin = async (): Promise<void> => {
    await recorder.stop();
    await begin();
  };

  beforeEach(async () => {
    ({ store, writer } = openStore(join(temporaryFolder(), 'database')));
    clock = new SetServerClock('2026-03-02T10:00:00.000Z');
    station = await store.transaction().execute((change) => insertStation(change, 'Bench', '{}'));
    await begin();
  });
  afterEach(async () => {
    await recorder.stop();
    await store.destroy();
  });

  const stream = (id = 'stream'): LiveStream => ({ id, stationId: station, send: () => {} });
  const beat = (given: Partial<Heartbeat> & { clockTime?: string } = {}) => {
    const { clockTime, ...heartbeat } = given;
    const at = clockTime === undefined ? null : Date.parse(`2026-03-02T${clockTime}.000Z`);
    const plain = { intervalMs: 30 * second, isRunning: false, isLast: false, at, scriptRun: null };
    return recorder.heartbeat(station, { ...plain, ...heartbeat });
  };
  const time = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString().slice(11, 19));

  /** `10:00:00 up stream`, one a transition. */
  const told = async (): Promise<string[]> => {
    await recorder.whenSaved();
    const rows = await store.selectFrom('transitions').select(['at', 'is_up', 'cause']).orderBy('at').execute();
    return rows.map(({ at, is_up, cause }) => `${time(at)} ${is_up ? 'up' : 'down'} ${cause}`);
  };
  const state = async (): Promise<string> => {
    await recorder.whenSaved();
    const row = await store.selectFrom('presence').select(['state', 'since']).executeTakeFirst();
    return row ? `${row.state} since ${time(row.since)}` : 'no row';
  };
  const observed = async (): Promise<string[]> => {
    await recorder.whenSaved();
    const rows = await store.selectFrom('observers').select(['started_at', 'alive_at']).orderBy('key').execute();
    return rows.map(({ started_at, alive_at }) => `${time(started_at)} ${time(alive_at)}`);
  };

  return {
    get clock() {
      return clock;
    },
    get recorder() {
      return recorder;
    },
    get station() {
      return station;
    },
    get store() {
      return store;
    },
    begin,
    endAndBegin,
    stream,
    beat,
    time,
    told,
    state,
    observed,
  };
}
