import { stationGroups } from '../../../shared/contract/stationGroups.ts';
import type { RouteServices } from '../../routeServices.ts';
import { setGroup } from '../../store/stations.ts';
import { existingStation } from '../existing.ts';

export function stationGroupRoutes({ mountChange }: RouteServices): void {
  mountChange(stationGroups.set, async (change, { body: { station_ids, group } }) => {
    for (const id of station_ids) await existingStation(change, id);
    await setGroup(change, station_ids, group);
    return { group };
  });
}
