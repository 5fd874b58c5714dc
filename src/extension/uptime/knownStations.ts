import { stations } from '../../shared/contract/stations.ts';
import type { KnownStation } from '../../shared/contract/uptimeView.ts';
import { allPages } from '../client/pages.ts';
import type { Connection } from '../connection/connection.ts';

/** The list tells nothing of connections, so each station is asked for: these at most. */
const askedFor = 100;

/** The stations of a server that keeps no uptime, with what its public interface tells. @throws ApiError */
export async function knownStations(connection: Connection): Promise<KnownStation[]> {
  const list = await allPages((query) => connection.call(stations.list, { query }));
  const known: KnownStation[] = [];
  for (const [place, { id, name }] of list.entries()) {
    const station = place < askedFor ? await connection.call(stations.get, { params: { id } }) : undefined;
    known.push({ id, name, state: station?.connection_status ?? 'unknown' });
  }
  return known;
}
