import { local } from '../../../shared/contract/local.ts';
import { notFound } from '../../http/refusalError.ts';
import { createKey } from '../../keys.ts';
import type { RouteServices } from '../../routeServices.ts';
import { deleteStationKey, replaceStationKey } from '../../store/keys.ts';
import { isoTime } from '../../store/time.ts';
import { existingStation } from '../existing.ts';

export function keyRoutes({ mount, writer }: Pick<RouteServices, 'mount' | 'writer'>): void {
  mount(local.generateKey, ({ params }) =>
    writer.write(async (change) => {
      const station = await existingStation(change, params.id);
      const key = createKey('station');
      const createdAt = await replaceStationKey(change, station.id, key);
      return { api_key: key.key, prefix: key.prefix, created_at: isoTime(createdAt) };
    }),
  );

  mount(local.deleteKey, ({ params }) =>
    writer.write(async (change) => {
      const { id, name } = await existingStation(change, params.id);
      if (!(await deleteStationKey(change, id))) throw notFound(`Station "${name}" has no API key.`);
      return { id };
    }),
  );
}
