import type { Calendar } from '../../shared/uptime/uptimeCalendar.ts';
import type { Caller } from '../http/authentication.ts';
import { conflict } from '../http/refusalError.ts';
import { inBatches } from '../inBatches.ts';
import { noMarks } from '../pushMarks.ts';
import { pushRun } from '../pushRun.ts';
import { addLink } from '../store/links.ts';
import { findProcedureCalled, insertProcedure } from '../store/procedures.ts';
import { insertStation } from '../store/stations.ts';
import type { Store } from '../store/tables.ts';
import type { Writer } from '../writer.ts';
import { benches, demoProduction, type DemoStation, demoStations } from './production.ts';

const seed = 20_261;
const runsPerWrite = 100;

interface DemoData {
  stations: number;
  procedures: number;
  runs: number;
}

/** The same time gives the same runs. @throws RefusalError (409) if there is demo data already */
export async function createDemoData(
  { store, writer, calendar }: { store: Store; writer: Writer; calendar: Calendar },
  userId: string,
  days: number,
): Promise<DemoData> {
  for (const [{ procedure }] of benches) {
    if ((await findProcedureCalled(store, procedure.identifier)) !== undefined) {
      throw conflict(
        `The demo data is here already: there is a procedure ${procedure.identifier}. Delete its procedures to create it again.`,
      );
    }
  }
  const stations = await createStations(writer, userId);
  let runs = 0;
  const production = demoProduction({ seed, days, now: Date.now(), calendar });
  for await (const batch of inBatches(production, runsPerWrite)) {
    const pushed = batch.map(({ station, run, sample }) => ({
      push: { run, caller: stationCaller(stations, station), marks: noMarks },
      sample,
    }));
    const expected = pushed.map(({ push }) => push);
    await writer.push(expected, async (transaction) => {
      for (const { push, sample } of pushed) {
        const { id } = await pushRun(transaction, push);
        if (sample !== null) {
          const change = await transaction.change();
          await change
            .updateTable('units')
            .set({ sample })
            .where('id', '=', (unit) => unit.selectFrom('runs').select('unit_id').where('id', '=', id))
            .where('sample', 'is', null)
            .execute();
        }
      }
    });
    runs += batch.length;
  }
  return { stations: stations.size, procedures: benches.length, runs };
}

async function createStations(writer: Writer, userId: string): Promise<Map<DemoStation, string>> {
  return writer.write(async (change) => {
    const stations = new Map<DemoStation, string>();
    for (const name of demoStations) stations.set(name, await insertStation(change, name, '{}'));
    for (const [{ procedure }, names] of benches) {
      const procedureId = await insertProcedure(change, { ...procedure, userId });
      for (const name of names) await addLink(change, stations.get(name) ?? '', procedureId);
    }
    return stations;
  });
}

const stationCaller = (stations: ReadonlyMap<DemoStation, string>, name: DemoStation): Caller => ({
  kind: 'station',
  id: stations.get(name) ?? '',
  name,
});
