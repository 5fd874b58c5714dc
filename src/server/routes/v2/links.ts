import { local } from '../../../shared/contract/local.ts';
import { trpc } from '../../../shared/contract/trpc.ts';
import { notFound } from '../../http/refusalError.ts';
import type { RouteServices } from '../../routeServices.ts';
import { addLink, deleteLink } from '../../store/links.ts';
import type { StoreTransaction } from '../../store/tables.ts';
import { existingProcedure, existingStation } from '../existing.ts';

export function linkRoutes({ mountChange }: RouteServices): void {
  const link = async (change: StoreTransaction, stationId: string, procedureId: string) => {
    const station = await existingStation(change, stationId);
    const procedure = await existingProcedure(change, procedureId);
    await addLink(change, station.id, procedure.id);
    return { id: station.id };
  };

  mountChange(local.linkProcedure, (change, { params }) => link(change, params.id, params.procedure_id));

  mountChange(trpc.linkProcedure, async (change, { body: { json } }) => ({
    result: { data: { json: await link(change, json.id, json.procedure_id) } },
  }));

  mountChange(local.unlinkProcedure, async (change, { params }) => {
    const station = await existingStation(change, params.id);
    const procedure = await existingProcedure(change, params.procedure_id);
    if (await deleteLink(change, station.id, procedure.id)) return { id: station.id };
    throw notFound(`Procedure "${procedure.identifier ?? procedure.name}" is not linked to station "${station.name}".`);
  });
}
