import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { type Look, StationLoader, type Timers } from '../../../src/extension/connection/stationLoader.ts';
import { type LoadedStation, sortStations, type StationItem } from '../../../src/extension/connection/stationSource.ts';
import type { ChangeKind, StreamEvent } from '../../../src/shared/contract/events.ts';
import { randomNumbers } from '../../server/random.ts';

const rounds = Number(process.env['LOADER_ROUNDS'] ?? 800);

const pageSize = 3;

/** Time passes only when the test says so. */
class TestTimers implements Timers {
  #now = 0;
  #waiting: { due: number; work: () => void }[] = [];

  now = (): number => this.#now;
  random = (): number => 0;

  after = (delayMs: number, work: () => void): (() => void) => {
    const timer = { due: this.#now + delayMs, work };
    this.#waiting.push(timer);
    return () => (this.#waiting = this.#waiting.filter((each) => each !== timer));
  };

  pass(millis: number): void {
    this.#now += millis;
    const due = this.#waiting.filter((timer) => timer.due <= this.#now).sort((a, b) => a.due - b.due);
    this.#waiting = this.#waiting.filter((timer) => !due.includes(timer));
    for (const { work } of due) work();
  }
}

interface ServerStation {
  readonly name: string;
  /** What the item shows besides the name, and what the details show. */
  readonly state: number;
  readonly runs: number;
  readonly links: number;
}

const itemOf = (id: string, { name, state, links }: ServerStation): StationItem => ({
  id,
  name,
  group: null,
  procedures: [{ id: `p${links}`, name: `P${links}`, identifier: null }],
  state: 'unknown',
  stateSince: null,
  pauses: [],
  operatorAddress: String(state),
  lastSeen: null,
  use: null,
});

const stationOf = (id: string, station: ServerStation): LoadedStation => ({
  item: itemOf(id, station),
  details: {
    key: null,
    week: new Map([['p', { runs: station.runs, yield: null }]]),
    goldenChecks: [],
  },
});

/** Lets all promises that can go on do so. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 30; turn++) await Promise.resolve();
};

/** A server, the network to it, and a window. */
class World {
  readonly timers = new TestTimers();
  readonly stations = new Map<string, ServerStation>();
  /** Events that are on their way; undefined while there is no stream. */
  #events: StreamEvent[] | undefined;
  /** Calls whose answers are outstanding. */
  #calls: { answer: () => void; fail: () => void; look: () => void }[] = [];
  readonly looks = new Map<string, Look>();
  readonly loads: { at: number; items: readonly string[]; details: readonly string[]; isList: boolean }[] = [];
  readonly loader = new StationLoader(
    {
      list: () => {
        this.loads.push({ at: this.timers.now(), items: [], details: [], isList: true });
        return this.#pages();
      },
      load: (items, details) => {
        this.loads.push({ at: this.timers.now(), items, details, isList: false });
        return this.#call(() => {
          const found = new Map<string, LoadedStation>();
          for (const id of [...items, ...details]) {
            const station = this.stations.get(id);
            if (station === undefined) continue;
            const loaded = stationOf(id, station);
            found.set(id, details.includes(id) ? loaded : { ...loaded, details: undefined });
          }
          return found;
        });
      },
    },
    () => undefined,
    () => undefined,
    this.timers,
  );

  /** Pages by offset, as the server has them: stations can move between pages while they are loaded. */
  async #pages(): Promise<StationItem[]> {
    for (;;) {
      const found: StationItem[] = [];
      for (;;) {
        const offset = found.length;
        const page = await this.#call(() =>
          sortStations([...this.stations].map(([id, station]) => itemOf(id, station))).slice(offset, offset + pageSize),
        );
        found.push(...page);
        if (page.length < pageSize) break;
      }
      if (new Set(found.map(({ id }) => id)).size === found.length) return found;
    }
  }

  /** The server looks at its data at some time between the call and the answer. */
  #call<T>(read: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      let seen: { value: T } | undefined;
      const look = (): void => void (seen ??= { value: read() });
      this.#calls.push({
        look,
        answer: () => {
          look();
          if (seen !== undefined) resolve(seen.value);
        },
        fail: () => reject(new Error('The network failed.')),
      });
    });
  }

  change(kind: ChangeKind, station_id: string | null): void {
    const at = '2026-01-01T00:00:00.000Z';
    this.#events?.push({ event: 'change', data: { kind, at, station_id, procedure_id: null, run_id: null } });
  }

  look(view: string, look: Look | undefined): void {
    if (look === undefined) this.looks.delete(view);
    else this.looks.set(view, look);
    this.loader.look(view, look);
  }

  connect(): void {
    this.#events ??= [{ event: 'hello', data: { newest: 0 } }];
  }

  disconnect(): void {
    this.#events = undefined;
    this.loader.interrupted();
  }

  deliver(count: number): void {
    for (const event of this.#events?.splice(0, count) ?? []) this.loader.apply(event);
  }

  answer(which: 'answer' | 'fail' | 'look', index: number): void {
    const call = which === 'look' ? this.#calls[index] : this.#calls.splice(index, 1)[0];
    call?.[which]();
  }

  get outstanding(): number {
    return this.#calls.length;
  }

  /** The network works again, and everything that is under way arrives. */
  async calmDown(): Promise<void> {
    this.connect();
    for (let turn = 0; turn < 200; turn++) {
      this.deliver(1000);
      while (this.#calls.length > 0) {
        this.answer('answer', 0);
        await settle();
      }
      this.timers.pass(1_000);
      await settle();
    }
  }

  /** What a person sees in the views equals what the server has. */
  check(what: string): void {
    const { loader } = this;
    for (const { list, details } of this.looks.values()) {
      const server = sortStations([...this.stations].map(([id, station]) => itemOf(id, station)));
      const names = (items: readonly StationItem[] | undefined) =>
        items?.map(({ id, name, procedures }) => ({ id, name, procedures }));
      if (list === 'states') assert.deepEqual(loader.stations, server, what);
      if (list === 'names') assert.deepEqual(names(loader.stations), names(server), what);
      for (const id of details) {
        const station = this.stations.get(id);
        assert.deepEqual(loader.details(id), station && stationOf(id, station).details, `${what}: details of ${id}`);
        const item = loader.stations?.find((each) => each.id === id);
        assert.deepEqual(item, station && itemOf(id, station), `${what}: ${id}`);
      }
    }
  }
}

describe(`the loader of stations (LOADER_ROUNDS=${rounds})`, function () {
  this.timeout(60_000 + rounds * 500);

  it('shows in visible views what the server has when things have calmed down, loads nothing else, and at most once a second', async () => {
    const first = Number(process.env['LOADER_SEED'] ?? Math.floor(Math.random() * 2 ** 32));
    console.log(`      seed ${first}`);
    for (let round = 0; round < rounds; round++) {
      const seed = first + round;
      const random = randomNumbers(seed);
      const pick = <T>(list: readonly T[]): T => {
        const picked = list[Math.floor(random() * list.length)];
        if (picked === undefined) throw new Error('An empty list.');
        return picked;
      };
      const world = new World();
      const { stations, loader } = world;
      let created = 0;
      const create = (): string => {
        const id = `s${created++}`;
        stations.set(id, { name: `N${Math.floor(random() * 50)}`, state: 0, runs: 0, links: 0 });
        return id;
      };
      for (let n = 0; n < 6; n++) create();
      const any = (): string => (random() < 0.1 || stations.size === 0 ? 'gone' : pick([...stations.keys()]));
      const edit = (kind: ChangeKind, change: (station: ServerStation) => Partial<ServerStation>): void => {
        const id = any();
        const station = stations.get(id);
        if (station === undefined) return;
        stations.set(id, { ...station, ...change(station) });
        world.change(kind, id);
      };
      const steps: Record<string, () => void> = {
        run: () => edit('run.created', ({ runs }) => ({ runs: runs + 1 })),
        presence: () => edit('presence.updated', ({ state }) => ({ state: state + 1 })),
        link: () => edit('link.created', ({ links }) => ({ links: links + 1 })),
        rename: () => edit('station.updated', () => ({ name: `N${Math.floor(random() * 50)}` })),
        create: () => world.change('station.created', create()),
        remove: () => {
          const id = any();
          if (stations.delete(id)) world.change('station.deleted', id);
        },
        procedure: () => {
          for (const [id, station] of stations)
            stations.set(id, { ...station, links: station.links + 1, runs: station.runs + 1 });
          world.change('procedure.updated', null);
        },
        look: () => {
          const list = pick(['states', 'states', 'names', null] as const);
          world.look(pick(['tree', 'panel', 'own']), {
            list,
            details: Array.from({ length: Math.floor(random() * 3) }, any),
          });
        },
        hide: () => world.look(pick(['tree', 'panel', 'own']), undefined),
        deliver: () => world.deliver(1 + Math.floor(random() * 4)),
        answer: () => world.answer('answer', Math.floor(random() * world.outstanding)),
        read: () => world.answer('look', Math.floor(random() * world.outstanding)),
        fail: () => world.answer('fail', Math.floor(random() * world.outstanding)),
        disconnect: () => world.disconnect(),
        connect: () => world.connect(),
        pass: () => world.timers.pass(pick([1, 50, 400, 1_000, 5_000])),
        command: () => void loader.refreshStation(any()),
        refresh: () => void loader.refresh(),
        update: () => void loader.update(),
      };
      const often = [
        'run',
        'presence',
        'deliver',
        'deliver',
        'deliver',
        'answer',
        'answer',
        'read',
        'pass',
        'pass',
        'look',
      ];
      // Each round leaves out some kinds of steps: an interruption would repair whatever went wrong before it.
      const left = new Set(Object.keys(steps).filter(() => random() < 0.4));
      const names = [...Object.keys(steps).filter((name) => !left.has(name)), ...often, ...often];
      loader.follow();
      world.connect();
      const done: string[] = [];
      for (let step = 0; step < 120; step++) {
        const name = pick(names);
        done.push(name);
        steps[name]?.();
        if (random() < 0.8) await settle();
      }
      await world.calmDown();
      world.check(`seed ${seed}: ${done.join(' ')}`);

      // What no view shows causes no request, and what a view shows is loaded at most once a second.
      const looked = new Set([...world.looks.values()].flatMap(({ details }) => [...details]));
      const hasStates = [...world.looks.values()].some(({ list }) => list === 'states');
      const hasList = hasStates || [...world.looks.values()].some(({ list }) => list === 'names');
      const before = world.loads.length;
      for (let n = 0; n < 40; n++) {
        const id = any();
        const station = stations.get(id);
        if (station === undefined) continue;
        stations.set(id, { ...station, runs: station.runs + 1, state: station.state + 1 });
        world.change('run.created', id);
        world.deliver(1);
        await settle();
        while (world.outstanding > 0) {
          world.answer('answer', 0);
          await settle();
        }
        world.timers.pass(100);
        await settle();
      }
      const loads = world.loads.slice(before);
      for (const [index, { at, items, details, isList }] of loads.entries()) {
        assert.ok(!isList, `seed ${seed}: runs need no list`);
        assert.ok(
          details.every((id) => looked.has(id)),
          `seed ${seed}: details that no view shows`,
        );
        assert.ok(items.length === 0 || hasStates, `seed ${seed}: states that no view shows`);
        assert.ok(index === 0 || at - (loads[index - 1]?.at ?? 0) >= 1_000, `seed ${seed}: more than once a second`);
      }
      if (!hasList && looked.size === 0) assert.equal(loads.length, 0, `seed ${seed}`);
      await world.calmDown();
      world.check(`seed ${seed}, at the end`);
    }
  });

  it('tries a failed load again, more and more rarely, and then once a second again', async () => {
    const world = new World();
    world.stations.set('s', { name: 'S', state: 0, runs: 0, links: 0 });
    world.look('tree', { list: 'states', details: [] });
    world.loader.follow();
    world.connect();
    world.deliver(1);
    for (let seconds = 0; seconds < 100; seconds++) {
      world.timers.pass(1_000);
      await settle();
      while (world.outstanding > 0) world.answer('fail', 0);
      await settle();
    }
    assert.match(world.loader.error?.message ?? '', /The network failed/);
    const gaps = world.loads.slice(1).map(({ at }, index) => at - (world.loads[index]?.at ?? 0));
    assert.ok(
      gaps.length < 12 && gaps.every((gap, index) => index === 0 || gap >= (gaps[index - 1] ?? 0)),
      gaps.join(),
    );
    await world.calmDown();
    assert.equal(world.loader.error, undefined);
    world.check('after the failures');
  });

  it('forgets an error when the server answers again, although no view shows stations', async () => {
    const world = new World();
    world.stations.set('s', { name: 'S', state: 0, runs: 0, links: 0 });
    world.loader.follow();
    void world.loader.refresh();
    await settle();
    world.answer('fail', 0);
    await settle();
    assert.notEqual(world.loader.error, undefined);
    await world.calmDown();
    assert.equal(world.loader.error, undefined);
    assert.equal(world.loader.stations?.length, 1);
  });

  it('asks nothing for a view that is shown again if nothing has changed meanwhile', async () => {
    const world = new World();
    world.stations.set('s', { name: 'S', state: 0, runs: 0, links: 0 });
    const look: Look = { list: 'states', details: ['s'] };
    world.look('tree', look);
    world.loader.follow();
    await world.calmDown();
    const before = world.loads.length;
    world.look('tree', undefined);
    world.timers.pass(60_000);
    world.look('tree', look);
    await world.calmDown();
    assert.equal(world.loads.length, before);
    world.look('tree', undefined);
    const station = world.stations.get('s');
    assert.ok(station);
    world.stations.set('s', { ...station, runs: 7 });
    world.change('run.created', 's');
    await world.calmDown();
    assert.equal(world.loads.length, before);
    world.look('tree', look);
    await world.calmDown();
    assert.equal(world.loads.length, before + 1);
    world.check('shown again');
  });
});
