import type { StationState } from '../../../shared/contract/overview.ts';
import { uptime, type UptimeRow } from '../../../shared/contract/uptime.ts';
import { shiftUptimes } from '../../../shared/shifts/shiftUptime.ts';
import { sumOfYields } from '../../../shared/statistics/yield.ts';
import { cellsOf, incidentsOf, lengthsIn, segmentsOf, zeroDurations } from '../../../shared/uptime/uptime.ts';
import { Calendar } from '../../../shared/uptime/uptimeCalendar.ts';
import type { History } from '../../../shared/uptime/uptimeHistory.ts';
import { goldenChecksOf } from '../../goldenChecks.ts';
import { RefusalError } from '../../http/refusalError.ts';
import type { RouteServices } from '../../routeServices.ts';
import { findCalendar } from '../../store/calendars.ts';
import { stationKeys } from '../../store/keys.ts';
import { pausesFrom } from '../../store/pauses.ts';
import { lastRuns, runsStartedIn, timeInRuns } from '../../store/stationRuns.ts';
import type { Store } from '../../store/tables.ts';
import { isoTime, isoTimeOrNull } from '../../store/time.ts';
import { causesOf, listPresences, loadHistories, type PresenceRow } from '../../store/uptime.ts';
import { stationYields } from '../../store/yield.ts';
import { columnsOf, UptimeService, type Window } from '../../uptime/uptimeService.ts';
import { orNotFound } from '../existing.ts';

const day = 86_400_000;
const runsShown = 200;
/** The days whose beginning and end exist as timestamps in every time zone. */
const earliest = '1970-01-02';
const latest = '9999-12-30';

export function uptimeRoutes({ mount, store, calendar: ownCalendar }: RouteServices): void {
  const uptimes = new UptimeService(store);

  mount(uptime.fleet, async ({ query }) => {
    const window = await uptimes.window(calendarOf(query.time_zone), query, Date.now());
    return { days: window.days, stations: await rowsOf(store, uptimes, window, await listPresences(store)) };
  });

  mount(uptime.station, async ({ params, query }) => {
    const station = await existing(store, params.id);
    const now = Date.now();
    const window = await uptimes.window(calendarOf(query.time_zone), query, now);
    const span = { from: window.edges[0] ?? now, to: now };
    const seen = await lastSeenTimes(store, [station]);
    const [row] = await rowsOf(store, uptimes, window, [station]);
    if (row === undefined) throw new Error(`The uptime of station ${params.id} was not computed.`);
    const inRuns = await timeInRuns(store, station.id, span);
    const calendar = await findCalendar(store, station.id);
    return {
      ...row,
      days: window.days,
      in_runs: lengthsIn(inRuns, window.edges),
      last_seen_at: isoTimeOrNull(seen.get(station.id) ?? null),
      observed_since: isoTime(await uptimes.observedSince(now)),
      operator_address: station.operator_address,
      pauses: (await pausesFrom(store, [station.id], span.from)).get(station.id) ?? [],
      golden_checks: await goldenChecksOf(store, station.id, now),
      shifts:
        calendar === null
          ? []
          : shiftUptimes(calendar, await historyFor(store, uptimes, station, { ...span, now }), inRuns, span),
    };
  });

  mount(uptime.day, async ({ params, query }) => {
    const station = await existing(store, params.id);
    const calendar = calendarOf(query.time_zone);
    if (params.date < earliest || params.date > latest) {
      throw refused('date', `Give a date from ${earliest} to ${latest}.`);
    }
    const now = Date.now();
    const [from, to] = edgesOf(calendar, params.date);
    const history = await historyFor(store, uptimes, station, { from, to, now });
    const incidents = incidentsOf(history, from, to);
    const times = incidents.map(({ disconnectedAt }) => disconnectedAt);
    const causes = await causesOf(store, station.key, times);
    const yields = await stationYields(store, station.id, edgesOf(ownCalendar, params.date));
    const runs = await runsStartedIn(store, station.id, { from, to }, runsShown);
    return {
      date: params.date,
      starts_at: isoTime(from),
      ends_at: isoTime(to),
      durations: cellsOf(history, [from, to])[0] ?? zeroDurations(),
      segments: segmentsOf(history, from, to).map(({ state, from, to }) => ({
        state,
        from: isoTime(from),
        to: isoTime(to),
      })),
      incidents: incidents.map(({ from, to, down, disconnectedAt }) => ({
        from: isoTime(from),
        to: isoTimeOrNull(to),
        down,
        cause: causes.get(disconnectedAt) ?? 'server',
      })),
      in_runs: lengthsIn(await timeInRuns(store, station.id, { from, to }), [from, to])[0] ?? 0,
      yield: sumOfYields([...yields.values()]),
      yield_time_zone: ownCalendar.zone,
      runs: runs.latest.map((run) => ({
        id: run.id,
        outcome: run.outcome,
        serial_number: run.serial_number,
        procedure: run.procedure_name,
        started_at: isoTime(run.started_at),
        ended_at: isoTime(run.ended_at),
      })),
      runs_count: runs.count,
    };
  });
}

const dayAfter = (date: string): string => isoTime(Date.parse(date) + day).slice(0, -'T00:00:00.000Z'.length);

const edgesOf = (calendar: Calendar, date: string): [from: number, to: number] => [
  calendar.startOf(date),
  calendar.startOf(dayAfter(date)),
];

function calendarOf(zone: string): Calendar {
  try {
    return new Calendar(zone);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const name = JSON.stringify(zone);
    throw refused('time_zone', `There is no time zone ${name}. Give a name such as Europe/Berlin, or UTC.`);
  }
}

const refused = (field: string, message: string): RefusalError =>
  new RefusalError('BAD_REQUEST', message, [{ message, path: [field] }]);

async function existing(store: Store, id: string): Promise<PresenceRow> {
  const [station] = await listPresences(store, id);
  return orNotFound(station, `Station with id ${id}`, 'it was deleted, or belongs to another server.');
}

async function rowsOf(
  store: Store,
  uptimes: UptimeService,
  window: Window,
  stations: readonly PresenceRow[],
): Promise<UptimeRow[]> {
  const seen = await lastSeenTimes(
    store,
    stations.filter((station) => !hasKnownState(station)),
  );
  const ids = stations.map(({ id }) => id);
  const pauses = await pausesFrom(store, ids, window.days.now);
  const found = await uptimes.compute(window, stations);
  return stations.map((station) => {
    const { id, name, key, since } = station;
    const own = key === null ? undefined : found.get(key);
    return {
      id,
      name,
      state: hasKnownState(station) ? station.state : seen.has(id) ? 'unknown' : 'never',
      since: hasKnownState(station) ? isoTimeOrNull(since) : null,
      pauses: pauses.get(id) ?? [],
      is_watched: own?.isWatched ?? false,
      last_24_hours: own?.last24Hours ?? { ...zeroDurations(), none: day },
      columns: own?.columns ?? columnsOf(window.days.dates.map(zeroDurations)),
    };
  });
}

const hasKnownState = (row: PresenceRow): row is PresenceRow & { state: StationState } =>
  row.state !== null && row.state !== 'never';

async function lastSeenTimes(store: Store, stations: readonly PresenceRow[]): Promise<Map<string, number>> {
  const ids = stations.map(({ id }) => id);
  const keys = await stationKeys(store, ids);
  const runs = await lastRuns(store, ids);
  return new Map(
    stations.flatMap(({ id, last_seen_at }) => {
      const seen = Math.max(...[last_seen_at, keys.get(id)?.last_used_at, runs.get(id)].map((at) => at ?? -Infinity));
      return seen === -Infinity ? [] : [[id, seen]];
    }),
  );
}

async function historyFor(
  store: Store,
  uptimes: UptimeService,
  { key }: PresenceRow,
  { from, to, now }: { from: number; to: number; now: number },
): Promise<History> {
  const [past] = key === null ? [] : await loadHistories(store, [key], { from, to });
  const { marks, pauses } = past ?? { marks: [], pauses: [] };
  return { marks, pauses, observed: await uptimes.observed(now), now };
}
