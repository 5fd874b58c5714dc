import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { StationUses, type UsingWindow } from '../../../src/server/live/use/stationUses.ts';
import { useLeaseMs } from '../../../src/shared/contract/stationUse.ts';
import { randomNumbers } from '../random.ts';

const station = 'bench';
const windowOf = (user: string, id: string): UsingWindow => ({
  id,
  userId: user,
  userName: user,
  machine: `PC of ${id}`,
});
const ada = windowOf('ada', 'a1');
const adaElsewhere = windowOf('ada', 'a2');
const bob = windowOf('bob', 'b1');
const eve = windowOf('eve', 'e1');

class Clock {
  ms = 1_000;
  now = () => this.ms;
  monotonic = () => this.ms;
}

function newUses() {
  const clock = new Clock();
  const changes: string[] = [];
  const uses = new StationUses((changed) => changes.push(changed), clock);
  const versionNow = () => uses.of(station)?.version ?? -1;
  const seen = () =>
    uses.of(station)?.windows.map((each) => [each.window_id, each.has_station, each.test?.name ?? null]);
  return { clock, changes, uses, versionNow, seen };
}

describe('the use of a station', () => {
  it('belongs to the windows of one user until they end it or are silent for the lease', () => {
    const { clock, uses, seen } = newUses();
    assert.equal(uses.want(station, ada), null);
    assert.equal(uses.want(station, adaElsewhere), null);
    assert.equal(uses.want(station, bob), 'taken');
    assert.equal(uses.start(station, bob, 'Final Test'), 'taken');
    uses.end(station, ada);
    clock.ms += useLeaseMs - 1;
    assert.equal(uses.want(station, bob), 'taken');
    clock.ms += 1;
    assert.equal(uses.want(station, bob), null);
    assert.deepEqual(seen(), [['b1', true, null]]);
  });

  it('has one running test, also among the windows of one user', () => {
    const { uses } = newUses();
    assert.equal(uses.start(station, ada, 'Final Test'), null);
    assert.equal(uses.start(station, adaElsewhere, 'Final Test'), 'running');
    assert.equal(uses.start(station, bob, 'Final Test'), 'running');
    assert.equal(uses.start(station, ada, 'Next Test'), null);
    assert.equal(uses.want(station, ada), null);
    assert.equal(uses.start(station, adaElsewhere, 'Final Test'), null);
  });

  it('is taken over while a test runs, which runs to its end, and no other starts before it has ended', () => {
    const { uses, seen, versionNow } = newUses();
    uses.start(station, ada, 'Final Test');
    assert.ok(uses.takeOver(station, bob, versionNow()));
    assert.deepEqual(seen(), [['a1', false, 'Final Test'], ['b1', true, null]]); // prettier-ignore
    uses.keepRunning(station, ada, 'Final Test');
    assert.equal(uses.start(station, bob, 'Other Test'), 'running');
    assert.equal(uses.want(station, ada), 'taken');
    assert.deepEqual(seen(), [['b1', true, null]]);
    assert.equal(uses.start(station, ada, 'Final Test'), 'taken');
    assert.equal(uses.start(station, bob, 'Other Test'), null);
  });

  it('is taken over only as the user has seen it', () => {
    const { uses, versionNow } = newUses();
    uses.want(station, ada);
    const idle = versionNow();
    uses.start(station, ada, 'Final Test');
    assert.ok(!uses.takeOver(station, bob, idle), 'a test has started meanwhile');
    const running = versionNow();
    assert.ok(uses.takeOver(station, bob, running));
    assert.ok(!uses.takeOver(station, eve, running), 'another user was first');
  });

  it('is recorded again when a window with a running test was silent, also if another user has the station then', () => {
    const { clock, uses, seen } = newUses();
    uses.start(station, ada, 'Final Test');
    clock.ms += useLeaseMs;
    uses.forgetSilent();
    assert.equal(uses.of(station), null);
    uses.want(station, bob);
    uses.keepRunning(station, ada, 'Final Test');
    assert.deepEqual(seen(), [['a1', false, 'Final Test'], ['b1', true, null]]); // prettier-ignore
    assert.equal(uses.start(station, bob, 'Other Test'), 'running');
  });

  it('is one of the user who reports it, though another user knows the id of the window', () => {
    const { uses, seen } = newUses();
    uses.want(station, ada);
    uses.end(station, { ...ada, userId: 'bob' });
    assert.equal(uses.want(station, { ...ada, userId: 'bob' }), 'taken');
    assert.deepEqual(seen(), [['a1', true, null]]);
  });

  it('reports a change when something has changed, and none for a report that repeats another', () => {
    const { changes, uses } = newUses();
    uses.want(station, ada);
    uses.want(station, ada);
    uses.want(station, bob);
    assert.equal(changes.length, 1);
    uses.start(station, ada, 'Final Test');
    uses.keepRunning(station, ada, 'Final Test');
    assert.equal(changes.length, 2);
    uses.end(station, ada);
    uses.end(station, ada);
    assert.equal(changes.length, 3);
  });

  it('is of up to 50 windows without a test', () => {
    const { uses } = newUses();
    uses.start(station, ada, 'Final Test');
    for (let n = 0; n < 200; n += 1) uses.want(station, windowOf('ada', `w${n}`));
    assert.equal(uses.of(station)?.windows.length, 50);
    assert.equal(uses.of(station)?.windows[0]?.test?.name, 'Final Test');
  });
});

/** What each window believes, by what the server has answered it and by time. It shares no code with the server. */
interface Believer {
  readonly window: UsingWindow;
  hasStation: boolean;
  test: string | null;
  /** The version that its user looks at in the question whether to take over. */
  seen: number | null;
  reportedAt: number;
}

describe('the use of a station, whatever the windows do at the same time', () => {
  const seed = Number(process.env['USE_SEED'] ?? Math.floor(Math.random() * 1e6));

  it(`has one user and one test that was granted, and cuts off no test (USE_SEED=${seed})`, () => {
    const random = randomNumbers(seed);
    const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
    let takenOver = 0;
    let lost = 0;
    for (let round = 0; round < 300; round += 1) {
      const { clock, uses, versionNow } = newUses();
      const all = [ada, adaElsewhere, bob, eve].map((window): Believer => ({
        window,
        hasStation: false,
        test: null,
        seen: null,
        reportedAt: -Infinity,
      }));
      const isHeard = ({ reportedAt }: Believer): boolean => clock.ms - reportedAt < useLeaseMs;
      const runs = (each: Believer): boolean => each.test !== null && isHeard(each);
      const others = (own: Believer): Believer[] => all.filter((each) => each !== own);
      const owners = (): Set<string> =>
        new Set(all.filter((each) => each.hasStation && isHeard(each)).map(({ window }) => window.userId));
      for (let step = 0; step < 60; step += 1) {
        const own = pick(all);
        const { window } = own;
        const isFree = [...owners()].every((user) => user === window.userId);
        const version = versionNow();
        switch (pick(['want', 'start', 'beat', 'beat', 'ask', 'ask', 'takeOver', 'takeOver', 'leave', 'sleep'])) {
          case 'want':
            if (own.test !== null) break;
            assert.equal(uses.want(station, window), isFree ? null : 'taken');
            own.hasStation = isFree;
            own.reportedAt = clock.ms;
            break;
          case 'start': {
            if (own.test !== null) break;
            const expected = others(own).some(runs) ? 'running' : isFree ? null : 'taken';
            assert.equal(uses.start(station, window, 'Final Test'), expected);
            if (expected !== null) break;
            Object.assign(own, { hasStation: true, test: 'Final Test', reportedAt: clock.ms });
            break;
          }
          case 'beat':
            if (own.test !== null) {
              uses.keepRunning(station, window, own.test);
              own.hasStation = isFree;
              own.reportedAt = clock.ms;
            }
            break;
          case 'ask':
            own.seen = version === -1 ? null : version;
            break;
          case 'takeOver': {
            // A window reports its test first, if the server may have forgotten it.
            if (own.seen === null || (own.test !== null && !isHeard(own))) break;
            const isWon = uses.takeOver(station, window, own.seen);
            assert.equal(isWon, own.seen === version, 'the version that the user has seen decides');
            own.seen = null;
            lost += Number(!isWon);
            if (!isWon) break;
            takenOver += 1;
            for (const other of others(own)) if (other.window.userId !== window.userId) other.hasStation = false;
            own.hasStation = true;
            own.reportedAt = clock.ms;
            break;
          }
          case 'leave':
            if (own.test !== null && random() < 0.5) own.test = null;
            if (own.test !== null) break;
            uses.end(station, window);
            own.hasStation = false;
            own.reportedAt = -Infinity;
            break;
          case 'sleep':
            clock.ms += Math.floor(random() * 25_000);
        }
        const known = uses.of(station)?.windows ?? [];
        const having = new Set(known.filter((each) => each.has_station).map(({ user_id }) => user_id));
        assert.deepEqual([...having].sort(), [...owners()].sort());
        assert.ok(having.size <= 1, 'two users have the station');
        const running = known.filter(({ test }) => test !== null).map(({ window_id }) => window_id);
        assert.deepEqual(running.sort(), all.filter(runs).map((each) => each.window.id).sort()); // prettier-ignore
        if (version === versionNow()) continue;
        assert.ok(versionNow() === -1 || versionNow() > version);
      }
    }
    assert.ok(takenOver > 100 && lost > 100, `${takenOver} taken over, ${lost} too late`);
  });
});
