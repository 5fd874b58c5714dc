import { local } from '../../../shared/contract/local.ts';
import { procedures } from '../../../shared/contract/procedures.ts';
import { readerOf } from '../../http/authentication.ts';
import { badRequest, conflict, forbidden } from '../../http/refusalError.ts';
import type { RouteServices } from '../../routeServices.ts';
import { toPage } from '../../store/pages.ts';
import {
  deleteProcedure,
  findProcedureCalled,
  insertProcedure,
  listProcedures,
  type ProcedureRow,
  recentRuns,
  renameProcedure,
  setIdentifier,
  stationsOf,
} from '../../store/procedures.ts';
import { countRuns } from '../../store/runs.ts';
import type { StoreTransaction } from '../../store/tables.ts';
import { isoTime, parseTime } from '../../store/time.ts';
import { uploadsWithProcedure } from '../../store/uploads.ts';
import { existingProcedure } from '../existing.ts';

export function procedureRoutes({ mount, mountChange, store, writer, files }: RouteServices): void {
  mountChange(procedures.create, async (change, { body: { name, identifier = null }, caller }) => {
    if (caller.kind !== 'user') throw forbidden('Stations cannot make procedures.');
    await checkIdentifier(change, identifier, null);
    return { id: await insertProcedure(change, { name, identifier, userId: caller.id }) };
  });

  mount(procedures.list, async ({ query: { search_query, created_after, created_before, limit, cursor }, caller }) => {
    const rows = await listProcedures(store, {
      search: search_query,
      createdAfter: parseTime(created_after),
      createdBefore: parseTime(created_before),
      limit,
      cursor,
    });
    const { data, meta } = toPage(rows, { limit, cursor });
    const items = data.map(async (row) => ({
      ...header(row),
      runs: (await recentRuns(store, row.id, readerOf(caller))).map((run) => ({
        id: run.id,
        outcome: run.outcome,
        started_at: isoTime(run.started_at),
        unit: { id: run.unit_id },
      })),
      linkedRepository: null,
    }));
    return { data: await Promise.all(items), meta };
  });

  mount(procedures.get, async ({ params, caller }) => {
    const row = await existingProcedure(store, params.id);
    const reader = readerOf(caller);
    const recent = await recentRuns(store, row.id, reader);
    const linked = await stationsOf(store, row.id);
    return {
      ...header(row),
      runs_count: await countRuns(store, 'procedure_id', row.id, reader),
      recent_runs: recent.map((run) => ({
        id: run.id,
        started_at: isoTime(run.started_at),
        outcome: run.outcome,
        unit: { serial_number: run.serial_number },
      })),
      stations: reader === null ? linked : linked.filter(({ id }) => id === reader),
    };
  });

  mountChange(procedures.update, async (change, { params, body: { name, ...deployments } }) => {
    const { id } = await existingProcedure(change, params.id);
    const unsupported = Object.entries(deployments).filter(([, value]) => value !== undefined);
    if (unsupported.length > 0) {
      throw badRequest(
        `This server has no deployments: ${unsupported.map(([field]) => field).join(', ')} cannot be set.`,
      );
    }
    if (name === undefined) throw badRequest('At least one field to change is required, such as the name.');
    await renameProcedure(change, id, name);
    return { id };
  });

  mount(procedures.delete, async ({ params }) => {
    const { id, uploads } = await writer.write(async (change) => {
      const { id } = await existingProcedure(change, params.id);
      const uploads = await uploadsWithProcedure(change, id);
      await deleteProcedure(change, id);
      return { id, uploads };
    });
    await files.remove(uploads);
    return { id };
  });

  mountChange(local.setIdentifier, async (change, { params, body: { identifier } }) => {
    const { id } = await existingProcedure(change, params.id);
    await checkIdentifier(change, identifier, id);
    await setIdentifier(change, id, identifier);
    return { id, identifier };
  });
}

async function checkIdentifier(
  change: StoreTransaction,
  identifier: string | null,
  ownId: string | null,
): Promise<void> {
  const other = identifier === null ? null : await findProcedureCalled(change, identifier);
  if (!other || other.id === ownId) return;
  throw conflict(`The identifier "${identifier}" belongs to procedure "${other.name}" already. Choose another one.`);
}

const header = (row: ProcedureRow) => ({
  id: row.id,
  name: row.name,
  identifier: row.identifier,
  created_at: isoTime(row.created_at),
  created_by_user: { id: row.user_id, name: row.user_name, email: row.user_email },
});
