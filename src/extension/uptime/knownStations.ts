import { stations } from '../../shared/contract/stations.ts';
import type { KnownStation } from '../../shared/contract/uptimeView.ts';
import { allPages } from '../client/pages.ts';
import type { Connection } from '../connection/connection.ts';

/** The list has no connection status, so it is requested per station, for up to this number of stations. */
const maxStatusRequests = 100;

export async function knownStations(connection: Connection): Promise<KnownStation[]> {
  const list = await allPages((query) => connection.call(stations.list, { query }));
  const known: KnownStation[] = [];
  for (const [place, { id, name }] of list.entries()) {
    const station = place < maxStatusRequests ? await connection.call(stations.get, { params: { id } }) : undefined;
    known.push({ id, name, state: station?.connection_status ?? 'unknown' });
  }
  return known;
}
