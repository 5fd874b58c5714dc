import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Retries } from '../../../../src/extension/run/uploads/retries.ts';
import type { PendingUpload } from '../../../../src/extension/run/uploads/uploadFolder.ts';
import { SetClock } from '../../../support/setClock.ts';

const minute = 60_000;

const kept = (id: string, more: Partial<PendingUpload> = {}): PendingUpload => ({
  id,
  kind: 'v1',
  place: { instance: 'local', server: 'this machine', station: { id: 'the station', name: 'Bench 1' } },
  script: 'main.py',
  pid: 1,
  birth: null,
  serial_number: 'SN-1',
  outcome: 'PASS',
  started_at: 0,
  attachments: [],
  folder: `/outbox/${id}`,
  handed: { status: null, message: null },
  isBusy: false,
  tried: null,
  ...more,
});

/** A window whose tries all come to nothing, and leave nothing on the disk: a key is missing, say. */
function setUp(results: PendingUpload[]): { clock: SetClock; retries: Retries; tried: () => string[] } {
  const clock = new SetClock();
  const tries: string[] = [];
  const retries = new Retries(
    {
      list: () => Promise.resolve(results),
      push: ({ id }) => Promise.resolve(tries.push(`${id} at ${(clock.now() - clock.start) / minute}`)),
      reportError: (error) => assert.fail(String(error)),
    },
    clock,
  );
  return { clock, retries, tried: () => tries.splice(0) };
}

describe('results that wait', () => {
  it('are tried less and less often, every hour at last, and with what the disk knows of earlier tries', async () => {
    const { clock, retries, tried } = setUp([kept('a')]);
    retries.schedule(0);
    await clock.pass(24 * 60 * minute);
    const all = tried();
    assert.deepEqual(all.slice(0, 6), ['a at 0', 'a at 0.25', 'a at 0.75', 'a at 5.75', 'a at 20.75', 'a at 80.75']);
    assert.equal(all.length, 5 + 23);
    const tried9 = { tries: 9, last: clock.now(), status: null, message: '', run_id: null };
    const later = setUp([kept('b', { tried: { ...tried9, last: 0 } }), kept('c', { tried: tried9 })]);
    later.retries.schedule(0);
    await later.clock.pass(0);
    assert.deepEqual(later.tried(), ['b at 0']);
  });

  it('are tried at once when the server is back, but not what it has refused', async () => {
    const { clock, retries, tried } = setUp([
      kept('a'),
      kept('refused', { handed: { status: 403, message: 'not linked' } }),
      kept('unauthorized', { handed: { status: 401, message: 'no such key' } }),
    ]);
    retries.schedule(0);
    await clock.pass(100 * minute);
    tried();
    await clock.pass(minute);
    assert.deepEqual(tried(), []);
    retries.retryAll();
    retries.schedule(200); // a change in the folder just then
    await clock.pass(minute / 120);
    assert.deepEqual(tried().map((each) => each.split(' ')[0]), ['a', 'unauthorized']); // prettier-ignore
  });

  it('are looked at again and again while their script runs, which may die without a word', async () => {
    const results = [kept('a', { isBusy: true })];
    const { clock, retries, tried } = setUp(results);
    retries.schedule(0);
    await clock.pass(minute);
    assert.deepEqual(tried(), []);
    results[0] = kept('a');
    await clock.pass(minute / 12);
    assert.equal(tried().length, 1);
  });

  it('stop nothing when the disk fails', async () => {
    const clock = new SetClock();
    const told: string[] = [];
    let rounds = 0;
    const retries = new Retries(
      {
        list: () => Promise.reject(new Error(`full ${++rounds}`)),
        push: () => Promise.resolve(),
        reportError: (error) => told.push(String(error)),
      },
      clock,
    );
    retries.schedule(0);
    await clock.pass(10_000);
    assert.deepEqual(told, ['Error: full 1', 'Error: full 2', 'Error: full 3']);
    retries.dispose();
    await clock.pass(minute);
    assert.equal(rounds, 3);
  });
});
