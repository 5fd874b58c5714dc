import { procedures } from '../../contract/procedures.ts';
import { conflict, forbidden } from '../refusal.ts';
import type { Rooms } from '../rooms.ts';
import { toPage } from '../store/pages.ts';
import {
  countRuns,
  findProcedureCalled,
  insertProcedure,
  listProcedures,
  type ProcedureRow,
  recentRuns,
  stationsOf,
} from '../store/procedures.ts';
import { isoTime } from '../store/time.ts';
import { existingProcedure } from './existing.ts';

export function procedureRoutes({ mount, store }: Rooms): void {
  mount(procedures.create, ({ body: { name, identifier = null }, caller }) => {
    if (caller.kind !== 'user') throw forbidden('Stations cannot make procedures.');
    return store.transaction().execute(async (change) => {
      const other = identifier === null ? null : await findProcedureCalled(change, identifier);
      if (other) {
        throw conflict(
          `The identifier "${identifier}" belongs to procedure "${other.name}" already. Choose another one.`,
        );
      }
      return { id: await insertProcedure(change, { name, identifier, userId: caller.id }) };
    });
  });

  mount(procedures.list, async ({ query: { search_query, created_after, created_before, limit, cursor } }) => {
    const rows = await listProcedures(store, {
      search: search_query,
      createdAfter: created_after === undefined ? undefined : Date.parse(created_after),
      createdBefore: created_before === undefined ? undefined : Date.parse(created_before),
      limit,
      cursor,
    });
    const { data, meta } = toPage(rows, { limit, cursor });
    const items = data.map(async (row) => ({
      ...header(row),
      runs: (await recentRuns(store, row.id)).map((run) => ({
        id: run.id,
        outcome: run.outcome,
        started_at: isoTime(run.started_at),
        unit: { id: run.unit_id },
      })),
      linkedRepository: null,
    }));
    return { data: await Promise.all(items), meta };
  });

  mount(procedures.get, async ({ params }) => {
    const row = await existingProcedure(store, params.id);
    const recent = await recentRuns(store, row.id);
    return {
      ...header(row),
      runs_count: await countRuns(store, row.id),
      recent_runs: recent.map((run) => ({
        id: run.id,
        started_at: isoTime(run.started_at),
        outcome: run.outcome,
        unit: { serial_number: run.serial_number },
      })),
      stations: await stationsOf(store, row.id),
    };
  });
}

const header = (row: ProcedureRow) => ({
  id: row.id,
  name: row.name,
  identifier: row.identifier,
  created_at: isoTime(row.created_at),
  created_by_user: { id: row.user_id, name: row.user_name, email: row.user_email },
});
