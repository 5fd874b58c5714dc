const calendarTrigger = (event: string, row: 'new' | 'old'): string => `
create trigger station_updated_by_calendar_${event} after ${event} on station_calendars
when exists (select 1 from stations where id = ${row}.station_id) begin
  insert into changes (at, kind, station_id)
  values (cast(unixepoch('subsec') * 1000 as integer), 'station.updated', ${row}.station_id);
end;`;

/** Schema 12: when stations work. Shifts are computed from it when they are asked for, so that a corrected calendar is true for the past, too. */
export const calendarSchema = `
create table station_calendars (
  station_id text primary key references stations on delete cascade,
  calendar_json text not null
) strict;
${[calendarTrigger('insert', 'new'), calendarTrigger('update', 'new'), calendarTrigger('delete', 'old')].join('')}
`;
