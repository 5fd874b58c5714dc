const versionTrigger = (name: string, event: string, where: string, rewrites = '1'): string => `
create trigger history_version_raised_by_${name} after ${event} begin
  update presence set history_version = history_version + 1, rewrite_version = rewrite_version + ${rewrites} where ${where};
end;`;

/**
 * Schema 7: sums of past days are no longer stored. Each change of a station's transitions or pauses raises the
 * `history_version` by which the server recognizes that what it computed is out of date. A change that does more than append
 * the newest transition also raises `rewrite_version`: only then can completed days be others. Triggers do this so that no
 * statement can forget it.
 */
export const historySchema = `
drop trigger if exists uptime_touched_by_insertd_transition;
drop trigger if exists uptime_touched_by_updated_transition;
drop trigger if exists uptime_touched_by_deleted_transition;
drop trigger if exists uptime_touched_by_insertd_pause;
drop trigger if exists uptime_touched_by_updated_pause;
drop trigger if exists uptime_touched_by_deleted_pause;
drop table uptime_days;
alter table presence drop column days_version;
alter table presence add column rewrite_version integer not null default 0;
${[
  versionTrigger(
    'inserted_transition',
    'insert on transitions',
    'key = new.presence_key',
    '(new.at < (select max(at) from transitions where presence_key = new.presence_key))',
  ),
  versionTrigger('updated_transition', 'update on transitions', 'key in (old.presence_key, new.presence_key)'),
  versionTrigger('deleted_transition', 'delete on transitions', 'key = old.presence_key'),
  versionTrigger('inserted_pause', 'insert on pauses', 'station_id = new.station_id'),
  versionTrigger('updated_pause', 'update on pauses', 'station_id in (old.station_id, new.station_id)'),
  versionTrigger('deleted_pause', 'delete on pauses', 'station_id = old.station_id'),
].join('')}
`;
