import { allPages } from '../client/pages.ts';
import { ApiError } from '../client/apiError.ts';
import { overview, type StationState, type StationSummary, type WeekFigures } from '../contract/overview.ts';
import { type LinkedProcedure, type Station, type StationListItem, stations } from '../contract/stations.ts';
import type { Connection } from './connection.ts';

/** A station as the list has it. */
export interface StationItem {
  readonly id: string;
  readonly name: string;
  readonly procedures: readonly LinkedProcedure[];
  readonly state: StationState;
  /** ISO 8601; null when it is not known or there was no time. */
  readonly lastSeen: string | null;
}

/** What only a call for the one station tells. */
export interface StationDetails {
  /** Null: it has none. The times are null where the server does not tell them. */
  readonly key: {
    readonly prefix: string;
    readonly createdAt: string | null;
    readonly lastUsedAt: string | null;
  } | null;
  /** By procedure. A procedure that is missing had no runs. */
  readonly week: ReadonlyMap<string, Week>;
}

/** What a station did with a procedure in the last 7 days. */
export interface Week {
  readonly runs: number;
  /** Units whose first run of the procedure this was, and how many of them passed; null where the server does not tell. */
  readonly first: { readonly runs: number; readonly passes: number } | null;
}

/** Every station of the connected server. @throws ApiError, UserError as `Connection.call` */
export async function listStations(connection: Connection): Promise<StationItem[]> {
  const items = (await connection.can('station-overview'))
    ? (await allPages((query) => connection.call(overview.list, { query }))).map(fromSummary)
    : (await allPages((query) => connection.call(stations.list, { query }))).map(fromPublic);
  return items.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
}

/** @returns undefined when there is no such station (any more) */
export async function readStation(
  connection: Connection,
  id: string,
): Promise<{ item: StationItem; details: StationDetails } | undefined> {
  try {
    if (await connection.can('station-overview')) {
      const { week, ...summary } = await connection.call(overview.get, { params: { id } });
      return { item: fromSummary(summary), details: { key: keyOf(summary), week: new Map(week.map(weekOf)) } };
    }
    const station = await connection.call(stations.get, { params: { id } });
    return { item: fromPublicDetails(station), details: publicDetails(station) };
  } catch (error) {
    if (error instanceof ApiError && error.kind === 'notFound') return undefined;
    throw error;
  }
}

const fromSummary = ({ id, name, procedures, state, last_seen_at }: StationSummary): StationItem => ({
  id,
  name,
  procedures,
  state,
  lastSeen: last_seen_at,
});

const keyOf = ({ key }: StationSummary): StationDetails['key'] =>
  key && { prefix: key.prefix, createdAt: key.created_at, lastUsedAt: key.last_used_at };

const weekOf = ({ procedure_id, runs, first_runs, first_passes }: WeekFigures): [string, Week] => [
  procedure_id,
  { runs, first: { runs: first_runs, passes: first_passes } },
];

/** The list of the public API says nothing of connections. */
const fromPublic = ({ id, name, procedures }: StationListItem): StationItem => ({
  id,
  name,
  procedures,
  state: 'unknown',
  lastSeen: null,
});

const fromPublicDetails = ({ id, name, procedures, connection_status }: Station): StationItem => ({
  id,
  name,
  procedures,
  state: connection_status ?? 'unknown',
  lastSeen: null,
});

const publicDetails = ({ api_key, procedures }: Station): StationDetails => ({
  key: api_key === null ? null : { prefix: visiblePart(api_key), createdAt: null, lastUsedAt: null },
  week: new Map(procedures.map(({ id, runs_count }) => [id, { runs: runs_count, first: null }])),
});

/** TofuPilot shows the beginning of a key, followed by dots. */
const visiblePart = (shown: string): string => shown.replace(/[.…•*]+$/, '');
