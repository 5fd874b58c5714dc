import { sql } from 'kysely';
import type { ChangeKind } from '../../shared/contract/events.ts';
import type { StoreTransaction } from './tables.ts';

const kind: ChangeKind = 'presence.updated';

/** Records that a station is used in another way, for the event stream. Who uses it is not stored. */
export async function insertUseChange(change: StoreTransaction, stationId: string): Promise<void> {
  await sql`insert into changes (id, at, kind, station_id)
    select coalesce(max(c.id), 0) + 1, cast(${Date.now()} as bigint), ${sql.lit(kind)}, s.id
    from changes as c, stations as s where s.id = ${stationId} group by s.id`.execute(change);
}
