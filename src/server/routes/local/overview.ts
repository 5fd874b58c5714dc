import { overview, type StationSummary } from '../../../shared/contract/overview.ts';
import type { StationUses } from '../../live/use/stationUses.ts';
import type { RouteServices } from '../../routeServices.ts';
import { toPage } from '../../store/pages.ts';
import { pausesFrom } from '../../store/pauses.ts';
import { linkedProcedures, listStations } from '../../store/stations.ts';
import { stationSummaries } from '../../store/stationSummaries.ts';
import type { Store } from '../../store/tables.ts';
import { isoTime, isoTimeOrNull } from '../../store/time.ts';
import { existingStation } from '../existing.ts';

export function overviewRoutes({ mount, store, figures, uses }: RouteServices): void {
  mount(overview.list, async ({ query: { search_query, procedure_ids, limit, cursor } }) => {
    const filter = { search: search_query, procedureIds: procedure_ids, limit, cursor };
    const { data, meta } = toPage(await listStations(store, filter), filter);
    return {
      data: await summaries(
        store,
        uses,
        data.map(({ id }) => id),
      ),
      meta,
    };
  });

  mount(overview.get, async ({ params }) => {
    const known = await figures.of([params.id]);
    const station = await existingStation(store, params.id);
    const [summary] = await summaries(store, uses, [station.id]);
    const own = known.get(station.id);
    if (summary === undefined || own === undefined) throw new Error(`No summary was made of station ${params.id}.`);
    return { ...summary, ...own };
  });

  mount(overview.several, async ({ query: { ids = [], figures_of = [] } }) => {
    const found = await summaries(store, uses, [...new Set([...ids, ...figures_of])]);
    const existing = new Set(found.map(({ id }) => id));
    const known = await figures.of(figures_of.filter((id) => existing.has(id)));
    return { data: found.map((summary) => ({ ...summary, figures: known.get(summary.id) ?? null })) };
  });
}

async function summaries(store: Store, uses: StationUses, ids: readonly string[]): Promise<StationSummary[]> {
  const stations = await stationSummaries(store, ids);
  const pauses = await pausesFrom(store, ids, Date.now());
  const linked = Map.groupBy(await linkedProcedures(store, ids), ({ station_id }) => station_id);
  return stations.map((station) => {
    const { id, name, state, prefix } = station;
    const isConnected = state === 'connected' || state === 'running';
    const seen = isConnected
      ? Date.now()
      : Math.max(...[station.key_used_at, station.last_run_at, station.last_seen_at].map((at) => at ?? -Infinity));
    const isWatched = state !== null && state !== 'never';
    return {
      id,
      name,
      group: station.group_path,
      procedures: (linked.get(id) ?? []).map(({ id, identifier, name }) => ({ id, identifier, name })),
      state: isWatched ? state : seen === -Infinity ? 'never' : 'unknown',
      state_since: isWatched && station.since !== null ? isoTime(station.since) : null,
      pauses: pauses.get(id) ?? [],
      operator_address: station.operator_address,
      last_seen_at: seen === -Infinity ? null : isoTime(seen),
      key:
        prefix !== null && station.key_created_at !== null
          ? {
              prefix,
              created_at: isoTime(station.key_created_at),
              last_used_at: isoTimeOrNull(station.key_used_at),
            }
          : null,
      use: uses.of(id),
    };
  });
}
