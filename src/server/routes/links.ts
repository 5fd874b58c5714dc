import { local } from '../../contract/local.ts';
import { notFound } from '../refusal.ts';
import type { Rooms } from '../rooms.ts';
import { addLink, deleteLink } from '../store/links.ts';
import { existingProcedure, existingStation } from './existing.ts';

export function linkRoutes({ mount, store }: Rooms): void {
  mount(local.linkProcedure, ({ params }) =>
    store.transaction().execute(async (change) => {
      const station = await existingStation(change, params.id);
      const procedure = await existingProcedure(change, params.procedure_id);
      await addLink(change, station.id, procedure.id);
      return { id: station.id };
    }),
  );

  mount(local.unlinkProcedure, ({ params }) =>
    store.transaction().execute(async (change) => {
      const station = await existingStation(change, params.id);
      const procedure = await existingProcedure(change, params.procedure_id);
      if (await deleteLink(change, station.id, procedure.id)) return { id: station.id };
      throw notFound(
        `Procedure "${procedure.identifier ?? procedure.name}" is not linked to station "${station.name}".`,
      );
    }),
  );
}
