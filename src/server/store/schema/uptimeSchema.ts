/**
 * Keeps what is remembered of uptime true, so that no handler can forget to: each change of a transition or a pause deletes
 * the days in `uptime_days` that it touches, in every time zone, and raises the versions by which the memory of the server
 * knows what is old. Each statement counts by itself: who repairs a downtime writes its end first, then its beginning, or all
 * days from then on are made anew.
 */

/** SQLite knows no dates from year 10000 on. */
const latest = Date.UTC(9999, 0);

/** When the station first came after an instant: an incident that goes on until then may begin on another day now. */
const nextUp = (key: string, after: string): string => `coalesce((
    select at from transitions where presence_key = ${key} and at > ${after} and is_up = 1 order by at limit 1
  ), ${latest})`;

/** Until when a change that ends at `end` is felt: if the station was down then, until it came. */
const felt = (key: string, end: string): string => `case (
    select is_up from transitions where presence_key = ${key} and at <= ${end} order by at desc limit 1
  ) when 0 then ${nextUp(key, end)} else ${end} end`;

/** The days around these instants; no time zone is more than 14 hours from UTC. Also for `forgetDays`. */
export const touchedDays = (key: string, from: string, to: string): string =>
  `presence_key = ${key} and date >= date(${from} / 1000 - 50400, 'unixepoch')
    and date <= date(min(${to}, ${latest}) / 1000 + 50400, 'unixepoch')`;

const raise = (key: string): string => `update presence set history_version = history_version + 1 where key = ${key};`;

/** What the station was before the transition: one that says the same again touches nothing. */
const stateBefore = (row: string): string => `(
    select is_up from transitions where presence_key = ${row}.presence_key and at < ${row}.at order by at desc limit 1
  )`;

/** On `transitions`: what is so from `at` on. */
const transitionTrigger = (event: 'insert' | 'update' | 'delete', rows: readonly ('old' | 'new')[]): string => `
create trigger uptime_touched_by_${event}d_transition after ${event} on transitions begin
  ${rows
    .map((row) => {
      const key = `${row}.presence_key`;
      const isNews = event === 'update' ? '' : `${row}.is_up is not ${stateBefore(row)} and `;
      const days = touchedDays(key, `${row}.at`, nextUp(key, `${row}.at`));
      return `delete from uptime_days where ${isNews}${days}; ${raise(key)}`;
    })
    .join('\n  ')}
end;`;

const pauseTrigger = (event: 'insert' | 'update' | 'delete', rows: readonly ('old' | 'new')[]): string => `
create trigger uptime_touched_by_${event}d_pause after ${event} on pauses begin
  ${rows
    .map((row) => {
      const key = `(select key from presence where station_id = ${row}.station_id)`;
      const end = `coalesce(${row}.ends_at, ${latest})`;
      return `delete from uptime_days where ${touchedDays(key, `${row}.starts_at`, felt(key, end))}; ${raise(key)}`;
    })
    .join('\n  ')}
end;`;

export const uptimeSchema = `
create trigger uptime_day_forgotten after delete on uptime_days begin
  update presence set days_version = days_version + 1 where key = old.presence_key;
end;
${transitionTrigger('insert', ['new'])}
${transitionTrigger('update', ['old', 'new'])}
${transitionTrigger('delete', ['old'])}
${pauseTrigger('insert', ['new'])}
${pauseTrigger('update', ['old', 'new'])}
${pauseTrigger('delete', ['old'])}
`;
