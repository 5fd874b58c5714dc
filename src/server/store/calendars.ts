import { type WorkCalendar, workCalendar } from '../../shared/contract/shifts.ts';
import type { Store, StoreTransaction } from './tables.ts';

export async function findCalendar(store: Store, stationId: string): Promise<WorkCalendar | null> {
  const row = await store
    .selectFrom('station_calendars')
    .select('calendar_json')
    .where('station_id', '=', stationId)
    .executeTakeFirst();
  return row === undefined ? null : workCalendar.parse(JSON.parse(row.calendar_json));
}

export async function listCalendars(store: Store): Promise<{ stationId: string; calendar: WorkCalendar }[]> {
  const rows = await store.selectFrom('station_calendars').selectAll().execute();
  return rows.map(({ station_id, calendar_json }) => ({
    stationId: station_id,
    calendar: workCalendar.parse(JSON.parse(calendar_json)),
  }));
}

export async function setCalendar(
  change: StoreTransaction,
  stationId: string,
  calendar: WorkCalendar | null,
): Promise<void> {
  if (calendar === null) {
    await change.deleteFrom('station_calendars').where('station_id', '=', stationId).execute();
    return;
  }
  const calendar_json = JSON.stringify(calendar);
  await change
    .insertInto('station_calendars')
    .values({ station_id: stationId, calendar_json })
    .onConflict((conflict) => conflict.column('station_id').doUpdateSet({ calendar_json }))
    .execute();
}
