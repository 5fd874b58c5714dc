import type { ShiftCounters } from '../shared/contract/shifts.ts';
import { lastAttempts } from '../shared/run/attempts.ts';
import { shiftAt } from '../shared/shifts/shifts.ts';
import { failuresOf } from '../shared/statistics/pareto.ts';
import { sumOfYields } from '../shared/statistics/yield.ts';
import type { Calendar } from '../shared/uptime/uptimeCalendar.ts';
import type { TimeSpan } from '../shared/uptime/uptimeHistory.ts';
import { phasesOfRuns } from './analytics/readRuns.ts';
import { findCalendar } from './store/calendars.ts';
import { isCounted } from './store/countedRuns.ts';
import type { Store } from './store/tables.ts';
import { isoTime } from './store/time.ts';
import { stationYields } from './store/yield.ts';

export async function shiftCountersOf(
  store: Store,
  stationId: string,
  serverCalendar: Calendar,
  now: number,
): Promise<ShiftCounters> {
  const calendar = await findCalendar(store, stationId);
  const shift = calendar && shiftAt(calendar, now);
  const span = shift ?? dayOf(serverCalendar, now);
  const yields = await stationYields(store, stationId, [span.from, span.to]);
  return {
    shift: shift && { name: shift.name, starts_at: isoTime(shift.from), ends_at: isoTime(shift.to) },
    has_calendar: calendar !== null,
    since: isoTime(span.from),
    yield: sumOfYields([...yields.values()]),
    last_failure: await lastFailure(store, stationId, span),
    last_run: await lastRun(store, stationId),
  };
}

/** Returns the whole day, because the clock of a station can be ahead. */
function dayOf(calendar: Calendar, now: number): TimeSpan {
  const [from = now, to = now] = calendar.days(now, 1).edges;
  return { from, to };
}

async function lastFailure(
  store: Store,
  stationId: string,
  { from, to }: TimeSpan,
): Promise<ShiftCounters['last_failure']> {
  const run = await store
    .selectFrom('runs as r')
    .innerJoin('units as u', 'u.id', 'r.unit_id')
    .innerJoin('procedures as p', 'p.id', 'r.procedure_id')
    .select(['r.key', 'r.id', 'r.outcome', 'r.ended_at', 'r.procedure_id', 'r.unit_id'])
    .select(['u.serial_number', 'p.name', 'p.identifier'])
    .where('r.created_by_station_id', '=', stationId)
    .where('r.started_at', '>=', from)
    .where('r.started_at', '<', to)
    .where('r.outcome', 'in', ['FAIL', 'ERROR', 'TIMEOUT'])
    .where('u.sample', 'is', null)
    .where(isCounted('r'))
    .orderBy('r.ended_at', 'desc')
    .orderBy('r.key', 'desc')
    .executeTakeFirst();
  if (run === undefined) return null;
  const phases = (await phasesOfRuns(store, [run.key])).get(run.key) ?? [];
  const { procedure_id: procedureId, unit_id: unitId, outcome } = run;
  const [cause] = failuresOf({ procedureId, unitId, outcome, phases });
  const measurement = lastAttempts(phases)
    .filter(({ name }) => name === cause?.phase)
    .flatMap(({ measurements }) => measurements)
    .find((each) => each.name === cause?.measurement && each.outcome === 'FAIL');
  return {
    run_id: run.id,
    serial_number: run.serial_number,
    outcome,
    procedure: run.identifier ?? run.name,
    ended_at: isoTime(run.ended_at),
    phase_name: cause?.phase ?? null,
    measurement:
      measurement === undefined
        ? null
        : {
            name: measurement.name,
            value: plainValue(measurement.value),
            units: measurement.units,
            lower: measurement.lower,
            upper: measurement.upper,
          },
  };
}

function plainValue(value: unknown): string | number | boolean | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'string') return value.slice(0, 200);
  return typeof value === 'boolean' ? value : null;
}

/** More than the units that a station tests at the same time. There is no index of the ends of a station's runs. */
const latestStarts = 100;

async function lastRun(store: Store, stationId: string): Promise<ShiftCounters['last_run']> {
  const run = await store
    .selectFrom((from) =>
      from
        .selectFrom('runs')
        .select(['key', 'id', 'outcome', 'ended_at', 'unit_id', 'operated_by', 'operator_id'])
        .where('created_by_station_id', '=', stationId)
        .orderBy('started_at', 'desc')
        .orderBy('key', 'desc')
        .limit(latestStarts)
        .as('r'),
    )
    .innerJoin('units as u', 'u.id', 'r.unit_id')
    .leftJoin('users as operator', 'operator.id', 'r.operator_id')
    .select(['r.id', 'r.outcome', 'r.operated_by', 'u.serial_number', 'operator.name as operator_name'])
    .orderBy('r.ended_at', 'desc')
    .orderBy('r.key', 'desc')
    .executeTakeFirst();
  if (run === undefined) return null;
  const { id, serial_number, outcome, operated_by, operator_name } = run;
  return { run_id: id, serial_number, outcome, operator: operator_name ?? operated_by };
}
