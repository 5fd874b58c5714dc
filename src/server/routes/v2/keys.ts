import { local } from '../../../shared/contract/local.ts';
import { notFound } from '../../http/refusalError.ts';
import { createKey } from '../../keys.ts';
import type { RouteServices } from '../../routeServices.ts';
import { deleteStationKey, replaceStationKey } from '../../store/keys.ts';
import { isoTime } from '../../store/time.ts';
import { existingStation } from '../existing.ts';

export function keyRoutes({ mountChange }: RouteServices): void {
  mountChange(local.generateKey, async (change, { params }) => {
    const station = await existingStation(change, params.id);
    const key = createKey('station');
    const createdAt = await replaceStationKey(change, station.id, key);
    return { api_key: key.key, prefix: key.prefix, created_at: isoTime(createdAt) };
  });

  mountChange(local.deleteKey, async (change, { params }) => {
    const { id, name } = await existingStation(change, params.id);
    if (!(await deleteStationKey(change, id))) throw notFound(`Station "${name}" has no API key.`);
    return { id };
  });
}
