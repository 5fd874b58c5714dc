import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { batches } from '../../src/shared/contract/batches.ts';
import { local } from '../../src/shared/contract/local.ts';
import type { Operation } from '../../src/shared/contract/operation.ts';
import { parts, revisions } from '../../src/shared/contract/parts.ts';
import { units } from '../../src/shared/contract/units.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { versions } from '../../src/shared/contract/versions.ts';
import { type TestStation, useServer } from './bench.ts';
import { passedRun } from './runs.ts';

const many = 12;

describe('clients that create the same thing at the same moment', function () {
  this.timeout(60_000);
  const bench = useServer();
  let procedure_id: string;
  let station: TestStation;

  before(async () => {
    procedure_id = await bench.procedure('Versioned', 'RACE');
    station = await bench.station('Bench', procedure_id);
    await bench.user.call(parts.create, { body: { number: 'PCBA01' } });
  });

  /** Spelled in a different case by every second client; those that may are users and stations in turn. */
  const race = async (operation: Operation, given: (text: string) => object, text: string): Promise<void> => {
    const calls = Array.from({ length: many }, (_, i) => {
      const client = i % 3 === 2 && operation.access.includes('station') ? station.client : bench.user;
      return client.send(operation, given(i % 2 === 0 ? text : text.toUpperCase()));
    });
    const statuses = (await Promise.all(calls)).map(({ status }) => status);
    assert.deepEqual(
      statuses.sort(),
      Array.from({ length: many }, (_, i) => (i === 0 ? 200 : 409)),
    );
  };

  it('create one part', () => race(parts.create, (number) => ({ body: { number } }), 'Same'));

  it('create one batch', () => race(batches.create, (number) => ({ body: { number } }), 'Same'));

  it('create one revision', () =>
    race(revisions.create, (number) => ({ params: { part_number: 'PCBA01' }, body: { number } }), 'Same'));

  it('create one version', () => race(versions.create, (tag) => ({ params: { procedure_id }, body: { tag } }), 'Same'));

  it('create one unit', () =>
    race(
      units.create,
      (serial_number) => ({ body: { serial_number, part_number: 'PCBA01', revision_number: 'A' } }),
      'Same',
    ));

  it('give the identifier to one procedure', async () => {
    const ids = await Promise.all(Array.from({ length: many }, () => bench.procedure('Unnamed')));
    await race(local.setIdentifier, (identifier) => ({ params: { id: ids.pop() }, body: { identifier } }), 'Same');
  });

  it('rename one unit', async () => {
    const serials = Array.from({ length: many }, (_, i) => `Renamed ${i}`);
    const body = { part_number: 'PCBA01', revision_number: 'A' };
    // A station may rename only units that it created.
    for (const serial_number of serials) {
      await station.client.call(units.create, { body: { ...body, serial_number } });
    }
    await race(
      units.update,
      (new_serial_number) => ({ params: { serial_number: serials.pop() }, body: { new_serial_number } }),
      'Renamed to the same',
    );
  });

  it('push runs of one new unit, with one part, revision, batch and version', async () => {
    const run = {
      ...passedRun('RACE'),
      unit_under_test: { serial_number: 'New', part_number: 'New', revision: 'New', batch_number: 'New' },
      procedure_version: 'New',
    };
    const pushed = await Promise.all(
      Array.from({ length: many }, (_, i) =>
        (i % 2 === 0 ? station.client : bench.user).send(v1.createRun, { body: run }),
      ),
    );
    assert.deepEqual(
      pushed.map(({ status }) => status),
      pushed.map(() => 200),
    );
    const { data } = await bench.user.call(units.list, { query: { run_count_min: String(many) } });
    assert.deepEqual(
      data.map(({ serial_number, batch, part }) => [serial_number, part.number, part.revision.number, batch?.number]),
      [['New', 'New', 'New', 'New']],
    );
    const version = await bench.user.call(versions.get, { params: { procedure_id, tag: 'new' } });
    assert.equal(version.run_count, many);
  });
});
