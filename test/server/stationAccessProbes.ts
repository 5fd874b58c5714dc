import { attachments } from '../../src/shared/contract/attachments.ts';
import { batches } from '../../src/shared/contract/batches.ts';
import { deployments } from '../../src/shared/contract/deployments.ts';
import { logs, measurements, phases } from '../../src/shared/contract/explorer.ts';
import { goldenChecks } from '../../src/shared/contract/goldenChecks.ts';
import { imports } from '../../src/shared/contract/imports.ts';
import type { Operation } from '../../src/shared/contract/operation.ts';
import { operator } from '../../src/shared/contract/operator.ts';
import { parts, revisions } from '../../src/shared/contract/parts.ts';
import { presence } from '../../src/shared/contract/presence.ts';
import { procedures } from '../../src/shared/contract/procedures.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { shifts } from '../../src/shared/contract/shifts.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { unitAttachments } from '../../src/shared/contract/unitAttachments.ts';
import { units } from '../../src/shared/contract/units.ts';
import { users } from '../../src/shared/contract/users.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { versions } from '../../src/shared/contract/versions.ts';
import { type Reply, type TestClient } from './requests.ts';
import { passedRun, runAt } from './runs.ts';
import { type Datum, uploadOf, type World } from './stationAccessWorld.ts';

/** Calls an operation about a datum. @returns "yes", "hidden" when the answer leaves the datum out, or the status */
export type Probe = (client: TestClient, datum: Datum, world: World) => Promise<string>;

let count = 0;
const fresh = (): string => `FRESH-${(count += 1)}`;

/** What is refused for another reason than who asks is allowed. */
const allowed = ({ status }: Reply): string => (status === 403 || status === 404 ? String(status) : 'yes');
const done = ({ status }: Reply): string => (status === 200 ? 'yes' : String(status));
const shows = (reply: Reply, text: string): string =>
  reply.status !== 200 ? String(reply.status) : reply.text.includes(text) ? 'yes' : 'hidden';

const record = (procedure_id: string): string =>
  JSON.stringify({
    ...{ dut_id: fresh(), start_time_millis: 1_700_000_000_000, end_time_millis: 1_700_000_001_000, outcome: 'PASS' },
    metadata: { procedure_id, part_number: 'PCBA01' },
    phases: [{ name: 'only', outcome: 'PASS', measurements: {} }],
  });
const imported = (upload_id: string) => ({ upload_id, importer: 'OPENHTF', client: 'test', client_version: '1' });

/** A call about the station of the datum. */
const ofStation =
  (operation: Operation, body?: object): Probe =>
  async (client, { station }) =>
    allowed(
      await client.send(operation, {
        params: { id: station.id, window_id: '00000000-0000-4000-8000-000000000000' },
        ...(body === undefined ? {} : { body }),
      }),
    );

/** A call whose answer is a stream: its status is enough. */
const streamOfStation =
  (operation: Operation): Probe =>
  async (client, { station }) => {
    const path = operation.path.replace('{id}', station.id).replace('{window_id}', crypto.randomUUID());
    const { status, body } = await client.open(path);
    await body?.cancel();
    return status === 200 ? 'yes' : String(status);
  };

const byId =
  (operation: Operation, idOf: (datum: Datum) => string): Probe =>
  async (client, datum) =>
    done(await client.send(operation, { params: { id: idOf(datum) } }));

const bySerial = ({ unit }: Datum) => ({ serial_number: unit });

/** The call with an upload of the station of the datum. */
const withUpload =
  (call: (client: TestClient, upload: string) => Promise<Reply>): Probe =>
  async (client, { station }) =>
    done(await call(client, await uploadOf(station.client)));

/** The call about a procedure, which all may read. */
const aboutProcedure =
  (textOf: (datum: Datum, world: World) => string): Probe =>
  async (client, datum, world) =>
    shows(await client.send(procedures.get, { params: { id: datum.procedure } }), textOf(datum, world));

const ofRevision = ({ part, revision }: Datum) => ({ part_number: part, revision_number: revision });

/** One for each row of the table: an operation, and what of it is looked at. */
export const probes: Readonly<Record<string, Probe>> = {
  'local.shifts.calendar': ofStation(shifts.getCalendar),
  'local.goldenChecks.station': ofStation(goldenChecks.ofStation),
  'local.operator.answer': async (client, { station }) => {
    const body = { prompt_id: 'x', text: 'x' };
    const { status } = await client.send(operator.answer, { params: { id: station.id }, body });
    return status === 404 ? 'yes' : String(status); // there is no prompt
  },
  'local.operator.link': ofStation(operator.link),
  'local.operator.loop': ofStation(operator.loop, { loop: false }),
  'local.operator.report': ofStation(operator.report, {}),
  'local.operator.requests': streamOfStation(operator.requests),
  'local.operator.start': ofStation(operator.start, { serial_number: 'SN' }),
  'local.operator.state': ofStation(operator.state),
  'local.operator.states': streamOfStation(operator.states),
  'local.operator.stop': ofStation(operator.stop, { execution_id: 'x' }),
  'local.stations.heartbeat': ofStation(presence.heartbeat, { interval_s: 30 }),
  'stations.get': ofStation(stations.get),
  'stations.get_current': async (client) => done(await client.send(stations.getCurrent)),

  'v1.runs.create': async (client, { procedure }) =>
    done(await client.send(v1.createRun, { body: passedRun(procedure, fresh()) })),
  'v1.runs.list': async (client, { unit, run }) =>
    shows(await client.send(v1.getRuns, { query: { serial_number: unit } }), run),
  'v1.units.update': async (client, datum) =>
    done(await client.send(v1.updateUnit, { params: bySerial(datum), body: { sub_units: [] } })),
  'v1.uploads.initialize': async (client) => done(await client.send(v1.initializeUpload, { body: { name: 'x' } })),
  'v1.uploads.sync to the run': async (client, { run }) =>
    done(await client.send(v1.syncUpload, { body: { upload_id: await uploadOf(client), run_id: run } })),
  'v1.uploads.sync of the upload': async (client, { station }, { bench, data }) => {
    const { id } = await client.call(v1.createRun, { body: passedRun(data.own.procedure, fresh()) });
    const reply = await client.send(v1.syncUpload, { body: { upload_id: await uploadOf(station.client), run_id: id } });
    await bench.user.call(runs.delete, { query: { ids: id } });
    return done(reply);
  },
  'v1.import of the procedure': async (client, { procedure }) =>
    done(await client.send(v1.importReport, { body: imported(await uploadOf(client, record(procedure))) })),
  'v1.import of the upload': async (client, { station }, { data }) => {
    const upload = await uploadOf(station.client, record(data.own.procedure));
    return done(await client.send(v1.importReport, { body: imported(upload) }));
  },
  'v1.streaming': async (client) => done(await client.send(v1.streaming)),

  'runs.create': async (client, { procedure }) =>
    done(await client.send(runs.create, { body: runAt(procedure, fresh(), 'PASS', Date.now() - 1000) })),
  'runs.list': async (client, { run, unit }) =>
    shows(await client.send(runs.list, { query: { serial_numbers: unit } }), run),
  'runs.get': byId(runs.get, ({ run }) => run),
  'runs.update': async (client, { run }) =>
    done(await client.send(runs.update, { params: { id: run }, body: { attachments: [] } })),
  'runs.update_metadata': async (client, { run }) =>
    done(await client.send(runs.updateMetadata, { params: { id: run }, body: { metadata: { x: 1 } } })),
  'runs.create_attachment': async (client, { run }) =>
    done(await client.send(runs.createAttachment, { params: { id: run }, body: { name: 'x' } })),
  'phases.list': async (client, { procedure, run }) =>
    shows(await client.send(phases.list, { query: { procedure_id: procedure } }), run),
  'phases.get': byId(phases.get, ({ phase }) => phase),
  'measurements.list': async (client, { procedure, run }) =>
    shows(await client.send(measurements.list, { query: { procedure_id: procedure } }), run),
  'measurements.get': byId(measurements.get, ({ measurement }) => measurement),
  'logs.list': async (client, { run }) => shows(await client.send(logs.list, { query: { run_ids: run } }), run),
  'logs.get': byId(logs.get, ({ log }) => log),

  'procedures.list': async (client, { procedure }) => shows(await client.send(procedures.list), procedure),
  'procedures.list, the runs': async (client, { run }) => shows(await client.send(procedures.list), run),
  'procedures.get': aboutProcedure(({ procedure }) => procedure),
  'procedures.get, the runs': aboutProcedure(({ run }) => run),
  'procedures.get, the other stations': aboutProcedure((_, { other }) => other.id),
  'procedures.versions.get': async (client, { procedure, version }) =>
    done(await client.send(versions.get, { params: { procedure_id: procedure, tag: version } })),
  'procedures.versions.get, the runs': async (client, { procedure, version }) => {
    const params = { procedure_id: procedure, tag: version };
    return shows(await client.send(versions.get, { params }), '"run_count":1');
  },

  'parts.create': async (client) => done(await client.send(parts.create, { body: { number: fresh() } })),
  'parts.list': async (client, { part }) =>
    shows(await client.send(parts.list, { query: { search_query: part } }), part),
  'parts.get': async (client, { part }) => done(await client.send(parts.get, { params: { number: part } })),
  'parts.revisions.create': async (client, { part }) =>
    done(await client.send(revisions.create, { params: { part_number: part }, body: { number: fresh() } })),
  'parts.revisions.get': async (client, datum) => done(await client.send(revisions.get, { params: ofRevision(datum) })),
  'parts.revisions.get, the units': async (client, datum) =>
    shows(await client.send(revisions.get, { params: ofRevision(datum) }), datum.unit),
  'batches.create': async (client) => done(await client.send(batches.create, { body: { number: fresh() } })),
  'batches.list': async (client, { batch }) =>
    shows(await client.send(batches.list, { query: { search_query: batch } }), batch),
  'batches.get': async (client, { batch }) => done(await client.send(batches.get, { params: { number: batch } })),
  'batches.get, the units': async (client, { batch, unit }) =>
    shows(await client.send(batches.get, { params: { number: batch } }), unit),

  'units.create': async (client, datum) =>
    done(await client.send(units.create, { body: { serial_number: fresh(), ...ofRevision(datum) } })),
  'units.list': async (client, { unit, unitId }) =>
    shows(await client.send(units.list, { query: { serial_numbers: unit } }), unitId),
  'units.get': async (client, datum) => done(await client.send(units.get, { params: bySerial(datum) })),
  'units.update': async (client, datum) =>
    done(await client.send(units.update, { params: bySerial(datum), body: { metadata: { x: 1 } } })),
  'units.update of the serial number': async (client, datum) =>
    done(await client.send(units.update, { params: bySerial(datum), body: { new_serial_number: datum.unit } })),
  'units.update of the revision': async (client, datum) =>
    done(await client.send(units.update, { params: bySerial(datum), body: { revision_number: datum.revision } })),
  'units.update of the sample': async (client, datum) =>
    done(await client.send(units.update, { params: bySerial(datum), body: { sample: null } })),
  'units.update with the upload': async (client, { station }, { data }) => {
    const attached = [await uploadOf(station.client)];
    return done(await client.send(units.update, { params: bySerial(data.own), body: { attachments: attached } }));
  },
  'units.add_child': async (client, datum, { bench }) => {
    const child = fresh();
    await bench.user.call(units.create, { body: { serial_number: child, ...ofRevision(datum) } });
    return done(await client.send(units.addChild, { params: bySerial(datum), body: { child_serial_number: child } }));
  },
  'units.remove_child': async (client, datum, { bench }) => {
    const child = fresh();
    await bench.user.call(units.create, { body: { serial_number: child, ...ofRevision(datum) } });
    await bench.user.call(units.addChild, { params: bySerial(datum), body: { child_serial_number: child } });
    return done(
      await client.send(units.removeChild, { params: bySerial(datum), query: { child_serial_number: child } }),
    );
  },
  'units.create_attachment': async (client, datum) =>
    done(await client.send(unitAttachments.create, { params: bySerial(datum), body: { name: 'x' } })),
  'units.delete_attachment': async (client, datum) => {
    const { id } = await datum.station.client.call(unitAttachments.create, {
      params: bySerial(datum),
      body: { name: 'x' },
    });
    return done(await client.send(unitAttachments.delete, { params: bySerial(datum), query: { ids: id } }));
  },

  'attachments.initialize': async (client) => done(await client.send(attachments.initialize, { body: { name: 'x' } })),
  'attachments.finalize': withUpload((client, id) => client.send(attachments.finalize, { params: { id } })),
  'attachments.delete': withUpload((client, id) => client.send(attachments.delete, { query: { ids: id } })),
  'imports.structured of the procedure': async (client, { procedure }) => {
    const items = [{ upload_id: await uploadOf(client, record(procedure)), importer: 'OPENHTF' }];
    return shows(await client.send(imports.structured, { body: { items } }), '"success":true');
  },
  'imports.structured of the upload': async (client, { station }, { data }) => {
    const upload_id = await uploadOf(station.client, record(data.own.procedure));
    const items = [{ upload_id, importer: 'OPENHTF' }];
    return shows(await client.send(imports.structured, { body: { items } }), '"success":true');
  },
  'imports.tabular': async (client, { procedure, run }) =>
    allowed(await client.send(imports.tabular, { body: { upload_id: run, procedure_id: procedure } })),
  'deployments.list': async (client) => allowed(await client.send(deployments.list)),
  'deployments.get': async (client, { run }) => allowed(await client.send(deployments.get, { params: { id: run } })),
  'users.list': async (client) => done(await client.send(users.list)),
  'identity.whoami': async (client) => done(await client.send(users.whoami)),
};
