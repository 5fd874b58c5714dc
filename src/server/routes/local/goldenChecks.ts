import { goldenChecks } from '../../../shared/contract/goldenChecks.ts';
import { goldenChecksOf } from '../../goldenChecks.ts';
import {} from '../../http/refusalError.ts';
import type { RouteServices } from '../../routeServices.ts';
import { asRule, rulesOf, setRule } from '../../store/goldenRules.ts';
import { isoTime } from '../../store/time.ts';
import { existingProcedure, existingStation, requireOwnStation } from '../existing.ts';

export function goldenCheckRoutes({ mount, mountChange, store }: RouteServices): void {
  mount(goldenChecks.rules, async ({ params }) => {
    const { id } = await existingProcedure(store, params.id);
    const rows = await rulesOf(store, id);
    const general = rows.find(({ station_id }) => station_id === null);
    const stations = [];
    for (const row of rows) {
      if (row.station_id === null) continue;
      const { id, name } = await existingStation(store, row.station_id);
      stations.push({ station: { id, name }, rule: asRule(row) });
    }
    return { rule: general === undefined ? null : asRule(general), stations };
  });

  mountChange(goldenChecks.set, async (change, { params, body }) => {
    const { id } = await existingProcedure(change, params.id);
    const station = body.station_id === null ? null : (await existingStation(change, body.station_id)).id;
    await setRule(change, id, station, body.rule);
    return { id };
  });

  mount(goldenChecks.ofStation, async ({ params, caller }) => {
    requireOwnStation(caller, params.id, 'read the checks of');
    const { id } = await existingStation(store, params.id);
    const now = Date.now();
    return { now: isoTime(now), checks: await goldenChecksOf(store, id, now) };
  });
}
