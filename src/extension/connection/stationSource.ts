import type { GoldenCheck } from '../../shared/contract/goldenChecks.ts';
import { overview, type StationState, type StationSummary, type YieldCounts } from '../../shared/contract/overview.ts';
import type { Pause } from '../../shared/contract/pauses.ts';
import { type LinkedProcedure, type StationListItem, stations } from '../../shared/contract/stations.ts';
import { oneLine } from '../../shared/format/oneLine.ts';
import { ApiError } from '../client/apiError.ts';
import { allPages } from '../client/pages.ts';
import type { Connection } from './connection.ts';

export interface StationItem {
  readonly id: string;
  readonly name: string;
  readonly procedures: readonly LinkedProcedure[];
  readonly state: StationState;
  readonly stateSince: string | null;
  readonly pauses: readonly Pause[];
  readonly operatorAddress: string | null;
  readonly lastSeen: string | null;
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

export async function listStations(connection: Connection): Promise<StationItem[]> {
  const items = (await connection.can('station-overview'))
    ? (await allPages((query) => connection.call(overview.list, { query }))).map(fromSummary)
    : (await allPages((query) => connection.call(stations.list, { query }))).map(fromPublic);
  return sortStations(items);
}

export const sortStations = (items: StationItem[]): StationItem[] =>
  items.sort((a, b) => order.compare(a.name, b.name));

const order = new Intl.Collator(undefined, { numeric: true });

export async function loadStation(
  connection: Connection,
  id: string,
): Promise<{ item: StationItem; details: StationDetails } | undefined> {
  try {
    const { item, key, week, goldenChecks } = await ((await connection.can('station-overview'))
      ? loadFromOverview(connection, id)
      : loadFromPublicApi(connection, id));
    const storedKey = key && { ...key, isOnThisMachine: await connection.hasStationKey(id, key.prefix) };
    return { item, details: { key: storedKey, week, goldenChecks } };
  } catch (error) {
    if (error instanceof ApiError && error.kind === 'notFound') return undefined;
    throw error;
  }
}

interface LoadedStation {
  readonly item: StationItem;
  readonly key: Omit<StationKey, 'isOnThisMachine'> | null;
  readonly week: StationDetails['week'];
  readonly goldenChecks: StationDetails['goldenChecks'];
}

async function loadFromOverview(connection: Connection, id: string): Promise<LoadedStation> {
  const answer = await connection.call(overview.get, { params: { id } });
  const { week, time_zone: timeZone, key, golden_checks: goldenChecks, ...summary } = answer;
  return {
    item: fromSummary(summary),
    key: key && { prefix: key.prefix, createdAt: key.created_at, lastUsedAt: key.last_used_at },
    week: new Map(
      week.map(({ procedure_id, runs, yield: counts }) => [procedure_id, { runs, yield: { counts, timeZone } }]),
    ),
    goldenChecks,
  };
}

async function loadFromPublicApi(connection: Connection, id: string): Promise<LoadedStation> {
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
  procedures: summary.procedures.map(plainNames),
  state: summary.state,
  stateSince: summary.state_since,
  pauses: summary.pauses,
  operatorAddress: summary.operator_address,
  lastSeen: summary.last_seen_at,
});

const fromPublic = ({ id, name, procedures }: Pick<StationListItem, 'id' | 'name' | 'procedures'>): StationItem => ({
  id,
  name: oneLine(name),
  procedures: procedures.map(plainNames),
  state: 'unknown',
  stateSince: null,
  pauses: [],
  operatorAddress: null,
  lastSeen: null,
});
