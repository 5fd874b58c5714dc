import { overview, type StationSummary } from '../../../shared/contract/overview.ts';
import type { StationUses } from '../../live/use/stationUses.ts';
import type { RouteServices } from '../../routeServices.ts';
import { stationKeys } from '../../store/keys.ts';
import { toPage } from '../../store/pages.ts';
import { pausesFrom } from '../../store/pauses.ts';
import { presencesOf } from '../../store/presence.ts';
import { lastRuns } from '../../store/stationRuns.ts';
import { findStations, linkedProcedures, listStations, type StationRow } from '../../store/stations.ts';
import type { Store } from '../../store/tables.ts';
import { isoTime, isoTimeOrNull } from '../../store/time.ts';
import { existingStation } from '../existing.ts';

export function overviewRoutes({ mount, store, figures, uses }: RouteServices): void {
  mount(overview.list, async ({ query: { search_query, procedure_ids, limit, cursor } }) => {
    const filter = { search: search_query, procedureIds: procedure_ids, limit, cursor };
    const { data, meta } = toPage(await listStations(store, filter), filter);
    return { data: await summaries(store, uses, data), meta };
  });

  mount(overview.get, async ({ params }) => {
    const known = await figures.of([params.id]);
    const station = await existingStation(store, params.id);
    const [summary] = await summaries(store, uses, [station]);
    const own = known.get(station.id);
    if (summary === undefined || own === undefined) throw new Error(`No summary was made of station ${params.id}.`);
    return { ...summary, ...own };
  });

  mount(overview.several, async ({ query: { ids = [], figures_of = [] } }) => {
    const stations = await findStations(store, [...ids, ...figures_of]);
    const existing = new Set(stations.map(({ id }) => id));
    const known = await figures.of(figures_of.filter((id) => existing.has(id)));
    const found = await summaries(store, uses, stations);
    return { data: found.map((summary) => ({ ...summary, figures: known.get(summary.id) ?? null })) };
  });
}

async function summaries(store: Store, uses: StationUses, stations: readonly StationRow[]): Promise<StationSummary[]> {
  const ids = stations.map(({ id }) => id);
  const keys = await stationKeys(store, ids);
  const runs = await lastRuns(store, ids);
  const presences = await presencesOf(store, ids);
  const pauses = await pausesFrom(store, ids, Date.now());
  const linked = Map.groupBy(await linkedProcedures(store, ids), ({ station_id }) => station_id);
  return stations.map(({ id, name, group_path }) => {
    const key = keys.get(id);
    const known = presences.get(id);
    const isConnected = known?.state === 'connected' || known?.state === 'running';
    const seen = isConnected
      ? Date.now()
      : Math.max(...[key?.last_used_at, runs.get(id), known?.last_seen_at].map((at) => at ?? -Infinity));
    const isWatched = known !== undefined && known.state !== 'never';
    return {
      id,
      name,
      group: group_path,
      procedures: (linked.get(id) ?? []).map(({ id, identifier, name }) => ({ id, identifier, name })),
      state: isWatched ? known.state : seen === -Infinity ? 'never' : 'unknown',
      state_since: isWatched && known.since !== null ? isoTime(known.since) : null,
      pauses: pauses.get(id) ?? [],
      operator_address: known?.operator_address ?? null,
      last_seen_at: seen === -Infinity ? null : isoTime(seen),
      key: key
        ? {
            prefix: key.prefix,
            created_at: isoTime(key.created_at),
            last_used_at: isoTimeOrNull(key.last_used_at),
          }
        : null,
      use: uses.of(id),
    };
  });
}
