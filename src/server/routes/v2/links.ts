import { local } from '../../../shared/contract/local.ts';
import { trpc } from '../../../shared/contract/trpc.ts';
import { notFound } from '../../http/refusalError.ts';
import type { RouteServices } from '../../routeServices.ts';
import { addLink, deleteLink } from '../../store/links.ts';
import { existingProcedure, existingStation } from '../existing.ts';

export function linkRoutes({ mount, writer }: Pick<RouteServices, 'mount' | 'writer'>): void {
  const link = (stationId: string, procedureId: string) =>
    writer.write(async (change) => {
      const station = await existingStation(change, stationId);
      const procedure = await existingProcedure(change, procedureId);
      await addLink(change, station.id, procedure.id);
      return { id: station.id };
    });

  mount(local.linkProcedure, ({ params }) => link(params.id, params.procedure_id));

  mount(trpc.linkProcedure, async ({ body: { json } }) => ({
    result: { data: { json: await link(json.id, json.procedure_id) } },
  }));

  mount(local.unlinkProcedure, ({ params }) =>
    writer.write(async (change) => {
      const station = await existingStation(change, params.id);
      const procedure = await existingProcedure(change, params.procedure_id);
      if (await deleteLink(change, station.id, procedure.id)) return { id: station.id };
      throw notFound(
        `Procedure "${procedure.identifier ?? procedure.name}" is not linked to station "${station.name}".`,
      );
    }),
  );
}
