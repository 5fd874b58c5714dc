import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { isRefused, Retries } from '../../../../src/extension/run/uploads/retries.ts';
import type { PendingUpload } from '../../../../src/extension/run/uploads/uploadFolder.ts';
import { SetClock } from '../../../support/setClock.ts';

const minute = 60_000;

const pendingUpload = (id: string, more: Partial<PendingUpload> = {}): PendingUpload => ({
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

/** The tries leave nothing on disk, as when a key is missing. */
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

describe('Retries', () => {
  it('retries a pending upload at growing intervals of up to an hour, and counts the tries stored on disk', async () => {
    const { clock, retries, tried } = setUp([pendingUpload('a')]);
    retries.schedule(0);
    await clock.pass(24 * 60 * minute);
    const all = tried();
    assert.deepEqual(all.slice(0, 6), ['a at 0', 'a at 0.25', 'a at 0.75', 'a at 5.75', 'a at 20.75', 'a at 80.75']);
    assert.equal(all.length, 5 + 23);
    const tried9 = { tries: 9, last: clock.now(), status: null, message: '', run_id: null };
    const later = setUp([pendingUpload('b', { tried: { ...tried9, last: 0 } }), pendingUpload('c', { tried: tried9 })]);
    later.retries.schedule(0);
    await later.clock.pass(0);
    assert.deepEqual(later.tried(), ['b at 0']);
  });

  it('retries pending uploads at once when the server is reachable again, except refused ones', async () => {
    const { clock, retries, tried } = setUp([
      pendingUpload('a'),
      pendingUpload('refused', { handed: { status: 403, message: 'not linked' } }),
      pendingUpload('unauthorized', { handed: { status: 401, message: 'no such key' } }),
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

  it('keeps checking a result whose script is running, because the script may die unnoticed', async () => {
    const results = [pendingUpload('a', { isBusy: true })];
    const { clock, retries, tried } = setUp(results);
    retries.schedule(0);
    await clock.pass(minute);
    assert.deepEqual(tried(), []);
    results[0] = pendingUpload('a');
    await clock.pass(minute / 12);
    assert.equal(tried().length, 1);
  });

  it('continues to retry after an error of the disk', async () => {
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

describe('a pending upload', () => {
  it('is refused by an answer that only a person can change, and by no answer of a broken server or network', () => {
    const refused = (status: number): boolean => isRefused(pendingUpload('a', { handed: { status, message: null } }));
    for (const status of [400, 403, 404, 422, 499]) assert.ok(refused(status), String(status));
    for (const status of [200, 302, 399, 401, 408, 429, 500, 503]) assert.ok(!refused(status), String(status));
    assert.ok(!isRefused(pendingUpload('a')), 'no answer yet');
  });

  it('is refused by the answer of its last try, whatever the first answer was', () => {
    const tried = (status: number | null) => ({ tries: 1, last: 0, status, message: '', run_id: null });
    const handed = { status: 403, message: null };
    assert.ok(!isRefused(pendingUpload('a', { handed, tried: tried(503) })));
    assert.ok(!isRefused(pendingUpload('a', { handed, tried: tried(null) })));
    assert.ok(isRefused(pendingUpload('a', { handed: { status: 503, message: null }, tried: tried(403) })));
  });
});
