/**
 * Schema 16: users have roles, are invited, and lose their access without losing their name. What they change is recorded.
 * The user that each data folder had before is its administrator.
 */
export const peopleSchema = `
alter table users add column role text not null default 'administrator'
  check (role in ('viewer', 'engineer', 'administrator'));
alter table users add column revoked_at integer;

create table invitations (
  user_id text primary key references users on delete cascade,
  hash text not null unique,
  expires_at integer not null
) strict;

create table audit_log (
  id integer primary key,
  at integer not null,
  user_id text references users,
  user_name text not null,
  operation text not null,
  input text not null,
  target_id text,
  outcome text not null check (outcome in ('started', 'done', 'refused'))
) strict;
create trigger audit_log_is_never_shortened before delete on audit_log begin
  select raise(abort, 'The audit log is never shortened.');
end;
`;
