import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { operations } from '../../src/shared/contract/operations.ts';
import { operator } from '../../src/shared/contract/operator.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { units } from '../../src/shared/contract/units.ts';
import { useServer } from './bench.ts';
import { TestClient } from './requests.ts';
import { runAt } from './runs.ts';
import { probes } from './stationAccessProbes.ts';
import { createWorld, kindsOfData, type World } from './stationAccessWorld.ts';

/**
 * What a station key may do with data of each kind, for every operation that is open to station keys; the columns are
 * explained at `createWorld`. SECURITY.md has the same for people.
 */
const table = `
                                     own     former  linked  foreign
local.goldenChecks.station           yes     yes     403     403
local.shifts.calendar                yes     yes     403     403
local.operator.answer                yes     yes     403     403
local.operator.link                  yes     yes     403     403
local.operator.loop                  yes     yes     403     403
local.operator.report                yes     yes     403     403
local.operator.requests              yes     yes     403     403
local.operator.start                 yes     yes     403     403
local.operator.state                 yes     yes     403     403
local.operator.states                yes     yes     403     403
local.operator.stop                  yes     yes     403     403
local.stations.heartbeat             yes     yes     403     403
stations.get                         yes     yes     404     404
stations.get_current                 yes     yes     yes     yes
v1.runs.create                       yes     403     yes     403
v1.runs.list                         yes     yes     yes     hidden
v1.units.update                      yes     yes     403     403
v1.uploads.initialize                yes     yes     yes     yes
v1.uploads.sync to the run           yes     yes     403     403
v1.uploads.sync of the upload        yes     yes     403     403
v1.import of the procedure           yes     403     yes     403
v1.import of the upload              yes     yes     403     403
v1.streaming                         yes     yes     yes     yes
runs.create                          yes     403     yes     403
runs.list                            yes     yes     yes     hidden
runs.get                             yes     yes     yes     404
runs.update                          yes     yes     403     403
runs.update_metadata                 yes     yes     403     403
runs.create_attachment               yes     yes     403     403
phases.list                          yes     yes     yes     hidden
phases.get                           yes     yes     yes     404
measurements.list                    yes     yes     yes     hidden
measurements.get                     yes     yes     yes     404
logs.list                            yes     yes     yes     hidden
logs.get                             yes     yes     yes     404
procedures.list                      yes     yes     yes     yes
procedures.list, the runs            yes     yes     yes     hidden
procedures.get                       yes     yes     yes     yes
procedures.get, the runs             yes     yes     yes     hidden
procedures.get, the other stations   hidden  hidden  hidden  hidden
procedures.versions.get              yes     yes     yes     yes
procedures.versions.get, the runs    yes     yes     yes     hidden
parts.create                         yes     yes     yes     yes
parts.list                           yes     yes     yes     yes
parts.get                            yes     yes     yes     yes
parts.revisions.create               yes     yes     yes     yes
parts.revisions.get                  yes     yes     yes     yes
parts.revisions.get, the units       yes     yes     yes     hidden
batches.create                       yes     yes     yes     yes
batches.list                         yes     yes     yes     yes
batches.get                          yes     yes     yes     yes
batches.get, the units               yes     yes     yes     hidden
units.create                         yes     yes     yes     yes
units.list                           yes     yes     yes     hidden
units.get                            yes     yes     yes     404
units.update                         yes     yes     403     403
units.update of the serial number    yes     yes     403     403
units.update of the revision         yes     yes     403     403
units.update of the sample           yes     yes     403     403
units.update with the upload         yes     yes     403     403
units.add_child                      yes     yes     403     403
units.remove_child                   yes     yes     403     403
units.create_attachment              yes     yes     403     403
units.delete_attachment              yes     yes     403     403
attachments.initialize               yes     yes     yes     yes
attachments.finalize                 yes     yes     403     403
attachments.delete                   yes     yes     403     403
imports.structured of the procedure  yes     hidden  yes     hidden
imports.structured of the upload     yes     yes     hidden  hidden
imports.tabular                      yes     yes     yes     yes
deployments.list                     yes     yes     yes     yes
deployments.get                      yes     yes     yes     yes
users.list                           yes     yes     yes     yes
identity.whoami                      yes     yes     yes     yes
`;

const rows = table
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split(/ {2,}/));

describe('a station key', function () {
  this.timeout(60_000);
  const bench = useServer();
  let world: World;
  before(async () => {
    world = await createWorld(bench);
  });

  it('has a row in the table for exactly the operations that station keys may call', () => {
    const open = operations.filter(({ access }) => access.includes('station')).map(({ id }) => id);
    const named = rows.map(([row = '']) => /^[a-zA-Z0-9_.]+/.exec(row)?.[0] ?? '');
    assert.deepEqual([...new Set(named)].sort(), open.sort());
    assert.deepEqual(rows.map(([row]) => row).sort(), Object.keys(probes).sort());
  });

  for (const [row = '', ...cells] of rows) {
    it(`lets a station key do this with ${kindsOfData.join(', ')} data: ${row}`, async () => {
      const probe = probes[row];
      assert.ok(probe);
      const found: string[] = [];
      for (const kind of kindsOfData) found.push(await probe(world.station.client, world.data[kind], world));
      assert.deepEqual(found, cells);
    });
  }

  const forUsers = rows.filter(
    ([row = '']) => !row.startsWith('stations.get_current') && !row.includes('other stations'),
  );
  for (const [row = ''] of forUsers) {
    it(`lets a user key do this with all data: ${row}`, async () => {
      for (const kind of kindsOfData) {
        assert.equal(await probes[row]?.(bench.user, world.data[kind], world), 'yes', kind);
      }
    });
  }

  it('lists no data of other stations to a station key without a filter', async () => {
    const { foreign, ...visible } = world.data;
    const listed = await world.station.client.call(runs.list, { query: { limit: '100' } });
    const ids = listed.data.map(({ id }) => id);
    for (const { run } of Object.values(visible)) assert.ok(ids.includes(run));
    assert.ok(!ids.includes(foreign.run));
    const found = await world.station.client.call(units.list, { query: { outcomes: 'PASS', limit: '100' } });
    assert.ok(!found.data.some(({ serial_number }) => serial_number === foreign.unit));
  });

  it('lets a station key that pushed a run read its unit, but no runs of other stations', async () => {
    const { own, foreign } = world.data;
    const { client } = world.station;
    const { id } = await client.call(runs.create, { body: runAt(own.procedure, foreign.unit, 'PASS', 1000) });
    const unit = await client.call(units.get, { params: { serial_number: foreign.unit } });
    assert.equal(unit.created_during, null);
    const [listed] = (await client.call(units.list, { query: { serial_numbers: foreign.unit } })).data;
    assert.equal(listed?.last_run, null);
    const query = { serial_numbers: foreign.unit, procedure_ids: foreign.procedure };
    assert.deepEqual((await client.call(units.list, { query })).data, []);
    const history = await client.call(runs.list, { query: { serial_numbers: foreign.unit } });
    assert.deepEqual(
      history.data.map((run) => run.id),
      [id],
    );
    const update = (body: object) => client.send(units.update, { params: { serial_number: foreign.unit }, body });
    assert.equal((await update({ metadata: { fixture: 'F1' } })).status, 200);
    for (const identity of [{ new_serial_number: 'MINE' }, { revision_number: 'R1' }, { sample: 'golden' }]) {
      const reply = await update(identity);
      assert.equal(reply.status, 403);
      assert.match(reply.text, /not authorized to change the serial number, part, revision or sample of unit/);
    }
    await bench.user.call(runs.delete, { query: { ids: id } });
  });

  it('does not let a station key rename a unit that another station has tested', async () => {
    const { own, foreign } = world.data;
    const body = runAt(foreign.procedure, own.unit, 'PASS', 1000);
    const { id } = await world.other.client.call(runs.create, { body });
    const rename = { params: { serial_number: own.unit }, body: { new_serial_number: 'RENAMED' } };
    assert.equal((await world.station.client.send(units.update, rename)).status, 403);
    await bench.user.call(runs.delete, { query: { ids: id } });
    assert.equal((await world.station.client.send(units.update, rename)).status, 200);
    const back = { params: { serial_number: 'RENAMED' }, body: { new_serial_number: own.unit } };
    assert.equal((await world.station.client.send(units.update, back)).status, 200);
  });

  it('opens no live state of another station with a link of the own station', async () => {
    const { url } = await world.station.client.call(operator.link, { params: { id: world.station.id } });
    const token = url.split('/').at(-1) ?? '';
    const path = operator.states.path.replace('{id}', world.other.id);
    const { status, body } = await new TestClient(bench.server.url, token).open(path);
    await body?.cancel();
    assert.equal(status, 401);
  });
});
