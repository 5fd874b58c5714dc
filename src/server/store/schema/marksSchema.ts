/**
 * A run is found by each of the two marks of its push, `Idempotency-Key` and `client_run_ref`, and stored with the hash
 * of the pushed content. Both marks are scoped to the caller; references were not before. The names of stations are no
 * longer unique.
 */
export const marksSchema = `
alter table runs add column ref_key text;
alter table runs add column push_hash text;
update runs set
  ref_key = iif(created_by_station_id is null, 'user ' || created_by_user_id, 'station ' || created_by_station_id)
    || substr(push_key, 4),
  push_key = null
where push_key glob 'ref *';
create unique index runs_by_ref_key on runs (ref_key) where ref_key is not null;

drop index stations_by_name;
create index stations_by_name on stations (name_key) where archived_at is null;
`;
