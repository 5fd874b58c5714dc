import { attachments } from '../../src/shared/contract/attachments.ts';
import { logs, measurements, phases } from '../../src/shared/contract/explorer.ts';
import { local } from '../../src/shared/contract/local.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import type { TestBench, TestStation } from './bench.ts';
import type { TestClient } from './requests.ts';

/** Whose data it is, as the station that calls sees it. */
export const kindsOfData = ['own', 'former', 'linked', 'foreign'] as const;
export type KindOfData = (typeof kindsOfData)[number];

/** A run with all that it brings, and the station that pushed it. */
export interface Datum {
  kind: KindOfData;
  station: TestStation;
  procedure: string;
  run: string;
  unit: string;
  unitId: string;
  part: string;
  revision: string;
  batch: string;
  version: string;
  phase: string;
  measurement: string;
  log: string;
}

/** Stores content as this client's upload. @returns its id */
export async function uploadOf(client: TestClient, content = 'content'): Promise<string> {
  const { id, upload_url } = await client.call(attachments.initialize, { body: { name: 'note.txt' } });
  await fetch(upload_url, { method: 'PUT', body: content });
  return id;
}

const at = '2026-01-02T03:04:05Z';

async function pushed(bench: TestBench, kind: KindOfData, station: TestStation, procedure: string): Promise<Datum> {
  const unit = `SN-${kind}`;
  const [part, revision, batch, version] = [`PART-${kind}`, 'R1', `BATCH-${kind}`, `v-${kind}`];
  const { id: run } = await station.client.call(runs.create, {
    body: {
      ...{ outcome: 'PASS', procedure_id: procedure, started_at: at, ended_at: at, serial_number: unit },
      ...{ part_number: part, revision_number: revision, batch_number: batch, procedure_version: version },
      phases: [
        {
          ...{ name: 'measure', outcome: 'PASS', started_at: at, ended_at: at },
          measurements: [{ name: 'voltage', outcome: 'PASS', measured_value: 3.3 }],
        },
      ],
      logs: [{ level: 'INFO', timestamp: at, message: 'hello', source_file: 'a.py', line_number: 1 }],
    },
  });
  const query = { procedure_id: procedure };
  const [phase] = (await bench.user.call(phases.list, { query })).data;
  const [measurement] = (await bench.user.call(measurements.list, { query })).data;
  const [log] = (await bench.user.call(logs.list, { query: { run_ids: run } })).data;
  const { unit: stored } = await bench.user.call(runs.get, { params: { id: run } });
  return {
    ...{ kind, station, procedure, run, unit, unitId: stored.id, part, revision, batch, version },
    ...{ phase: phase?.id ?? '', measurement: measurement?.id ?? '', log: log?.id ?? '' },
  };
}

/** The station that calls, another one, and data of each kind. */
export interface World {
  bench: TestBench;
  station: TestStation;
  other: TestStation;
  data: Record<KindOfData, Datum>;
}

/**
 * Creates two stations. Own: pushed by the one that calls, of a procedure that is linked to it. Former: the same, but the
 * procedure is not linked any more. Linked: pushed by the other station, of a procedure that is linked to both. Foreign:
 * pushed by the other station, of a procedure that is linked to that one only.
 */
export async function createWorld(bench: TestBench): Promise<World> {
  const procedure = (kind: KindOfData) => bench.procedure(`Procedure ${kind}`);
  const [own, former, shared, foreign] = [
    await procedure('own'),
    await procedure('former'),
    await procedure('linked'),
    await procedure('foreign'),
  ];
  const station = await bench.station('Caller', own, former, shared);
  const other = await bench.station('Other', shared, foreign);
  const data = {
    own: await pushed(bench, 'own', station, own),
    former: await pushed(bench, 'former', station, former),
    linked: await pushed(bench, 'linked', other, shared),
    foreign: await pushed(bench, 'foreign', other, foreign),
  };
  await bench.user.call(local.unlinkProcedure, { params: { id: station.id, procedure_id: former } });
  return { bench, station, other, data };
}
