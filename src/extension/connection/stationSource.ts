import type { GoldenCheck } from '../../shared/contract/goldenChecks.ts';
import {
  maxStationsPerCall,
  overview,
  type StationFigures,
  type StationState,
  type StationSummary,
  type YieldCounts,
} from '../../shared/contract/overview.ts';
import type { Pause } from '../../shared/contract/pauses.ts';
import { type LinkedProcedure, type StationListItem, stations } from '../../shared/contract/stations.ts';
import type { StationUse } from '../../shared/contract/stationUse.ts';
import { oneLine } from '../../shared/format/oneLine.ts';
import { ApiError } from '../client/apiError.ts';
import { allPages } from '../client/pages.ts';
import type { Connection } from './connection.ts';

const maxListAttempts = 3;

type Caller = Pick<Connection, 'call' | 'can' | 'hasStationKey'>;

export interface StationItem {
  readonly id: string;
  readonly name: string;
  /** Where the station is, such as "Plant 2 / Line 4". */
  readonly group: string | null;
  readonly procedures: readonly LinkedProcedure[];
  readonly state: StationState;
  readonly stateSince: string | null;
  readonly pauses: readonly Pause[];
  readonly operatorAddress: string | null;
  readonly lastSeen: string | null;
  readonly use: StationUse | null;
}

export interface StationKey {
  readonly prefix: string;
  readonly createdAt: string | null;
  readonly lastUsedAt: string | null;
  readonly isOnThisMachine: boolean;
}

export interface StationDetails {
  readonly key: StationKey | null;
  /** By procedure id. A procedure without an entry had no runs. */
  readonly week: ReadonlyMap<string, Week>;
  readonly goldenChecks: readonly GoldenCheck[];
}

export interface WeekYield {
  readonly counts: YieldCounts;
  readonly timeZone: string;
}

/** The runs of a procedure on a station in the last 7 days. */
export interface Week {
  readonly runs: number;
  readonly yield: WeekYield | null;
}

/** Returns all stations by name. Loads again if a station moved between pages, since another may be on none then. */
export async function listStations(connection: Caller): Promise<StationItem[]> {
  for (let attempt = 1; ; attempt += 1) {
    const items = (await connection.can('station-overview'))
      ? (await allPages((query) => connection.call(overview.list, { query: { ...query, limit: 100 } }))).map(
          fromSummary,
        )
      : (await allPages((query) => connection.call(stations.list, { query }))).map(fromPublic);
    const byId = new Map(items.map((item) => [item.id, item]));
    if (byId.size === items.length || attempt === maxListAttempts) return sortStations([...byId.values()]);
  }
}

/** Sorts stations by name; those of the same name stay in the same order from load to load. */
export const sortStations = (items: StationItem[]): StationItem[] =>
  items.sort((a, b) => order.compare(a.name, b.name) || (a.id < b.id ? -1 : 1));

const order = new Intl.Collator(undefined, { numeric: true });

export interface LoadedStation {
  readonly item: StationItem;
  readonly details: StationDetails | undefined;
}

export async function loadStations(
  connection: Caller,
  items: readonly string[],
  details: readonly string[],
): Promise<Map<string, LoadedStation>> {
  if (await connection.can('station-batches')) return loadBatches(connection, items, details);
  const found = new Map<string, LoadedStation>();
  for (const id of [...items, ...details]) {
    const station = await loadStation(connection, id);
    if (station !== undefined) found.set(id, station);
  }
  return found;
}

async function loadBatches(
  connection: Caller,
  items: readonly string[],
  details: readonly string[],
): Promise<Map<string, LoadedStation>> {
  const found = new Map<string, LoadedStation>();
  const asked = [...details.map((id) => ({ id, figures: true })), ...items.map((id) => ({ id, figures: false }))];
  for (let from = 0; from < asked.length; from += maxStationsPerCall) {
    const batch = asked.slice(from, from + maxStationsPerCall);
    const idsOf = (figures: boolean): string[] => batch.filter((each) => each.figures === figures).map(({ id }) => id);
    const query = { ids: idsOf(false), figures_of: idsOf(true) };
    const { data } = await connection.call(overview.several, { query });
    for (const { key, figures, ...summary } of data) {
      const item = fromSummary(summary);
      found.set(item.id, {
        item,
        details: figures === null ? undefined : await detailsOf(connection, item.id, loadedFrom(summary, key, figures)),
      });
    }
  }
  return found;
}

async function loadStation(connection: Caller, id: string): Promise<LoadedStation | undefined> {
  try {
    const loaded = await ((await connection.can('station-overview'))
      ? loadFromOverview(connection, id)
      : loadFromPublicApi(connection, id));
    return { item: loaded.item, details: await detailsOf(connection, id, loaded) };
  } catch (error) {
    if (error instanceof ApiError && error.kind === 'notFound') return undefined;
    throw error;
  }
}

async function detailsOf(
  connection: Caller,
  id: string,
  { key, week, goldenChecks }: AnsweredStation,
): Promise<StationDetails> {
  const storedKey = key && { ...key, isOnThisMachine: await connection.hasStationKey(id, key.prefix) };
  return { key: storedKey, week, goldenChecks };
}

interface AnsweredStation {
  readonly item: StationItem;
  readonly key: Omit<StationKey, 'isOnThisMachine'> | null;
  readonly week: StationDetails['week'];
  readonly goldenChecks: StationDetails['goldenChecks'];
}

async function loadFromOverview(connection: Caller, id: string): Promise<AnsweredStation> {
  const { week, time_zone, golden_checks, key, ...summary } = await connection.call(overview.get, { params: { id } });
  return loadedFrom(summary, key, { week, time_zone, golden_checks });
}

const loadedFrom = (
  summary: Omit<StationSummary, 'key'>,
  key: StationSummary['key'],
  { week, time_zone: timeZone, golden_checks: goldenChecks }: StationFigures,
): AnsweredStation => ({
  item: fromSummary(summary),
  key: key && { prefix: key.prefix, createdAt: key.created_at, lastUsedAt: key.last_used_at },
  week: new Map(
    week.map(({ procedure_id, runs, yield: counts }) => [procedure_id, { runs, yield: { counts, timeZone } }]),
  ),
  goldenChecks,
});

async function loadFromPublicApi(connection: Caller, id: string): Promise<AnsweredStation> {
  const { name, procedures, connection_status, api_key } = await connection.call(stations.get, { params: { id } });
  return {
    item: { ...fromPublic({ id, name, procedures }), state: connection_status ?? 'unknown' },
    key: api_key === null ? null : { prefix: visiblePart(api_key), createdAt: null, lastUsedAt: null },
    week: new Map(procedures.map((procedure) => [procedure.id, { runs: procedure.runs_count, yield: null }])),
    goldenChecks: [],
  };
}

/** Removes the dots that TofuPilot shows after the beginning of a key. */
const visiblePart = (shown: string): string => shown.replace(/[.…•*]+$/, '');

const plainNames = (procedure: LinkedProcedure): LinkedProcedure => ({ ...procedure, name: oneLine(procedure.name) });

const fromSummary = (summary: Omit<StationSummary, 'key'>): StationItem => ({
  id: summary.id,
  name: oneLine(summary.name),
  group: summary.group,
  procedures: summary.procedures.map(plainNames),
  state: summary.state,
  stateSince: summary.state_since,
  pauses: summary.pauses,
  operatorAddress: summary.operator_address,
  lastSeen: summary.last_seen_at,
  use: summary.use,
});

const fromPublic = ({ id, name, procedures }: Pick<StationListItem, 'id' | 'name' | 'procedures'>): StationItem => ({
  id,
  name: oneLine(name),
  group: null,
  procedures: procedures.map(plainNames),
  state: 'unknown',
  stateSince: null,
  pauses: [],
  operatorAddress: null,
  lastSeen: null,
  use: null,
});
