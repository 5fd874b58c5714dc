import {
  measurementAnswer,
  type MeasurementDay,
  type MeasurementName,
  measurementsAnswer,
  procedureAnswer,
  type Split,
  type Subject,
  valuesAnswer,
} from '../../shared/analytics/answers.ts';
import { type Detail, isDetail, isInDetail, isStored, rangeOf } from '../../shared/analytics/place.ts';
import { routesAnswer } from '../../shared/analytics/routes.ts';
import { type DaySummary, firstAttempts } from '../../shared/analytics/summarizeDay.ts';
import type { TestedRun } from '../../shared/analytics/testedRun.ts';
import type { analytics, AnalyticsFilter, AnalyticsSplit } from '../../shared/contract/analytics.ts';
import type { Answer } from '../../shared/contract/operation.ts';
import { shiftsBetween, type WorkedShift } from '../../shared/shifts/shifts.ts';
import type { Calendar } from '../../shared/uptime/uptimeCalendar.ts';
import { listCalendars } from '../store/calendars.ts';
import { countedRuns } from '../store/countedRuns.ts';
import type { Store } from '../store/tables.ts';
import type { Day, DaySummaries, TimeRange } from './daySummaries.ts';
import { readRouteSteps } from './readRouteSteps.ts';
import { readRuns } from './readRuns.ts';
import { readNewestRuns, readValues, type RunRange } from './readValues.ts';

type Procedure = Subject['procedure'];

const recentRuns = 100;

export class Analytics {
  readonly #store: Store;
  readonly #summaries: DaySummaries;
  readonly #calendar: Calendar;

  constructor(store: Store, summaries: DaySummaries, calendar: Calendar) {
    this.#store = store;
    this.#summaries = summaries;
    this.#calendar = calendar;
  }

  async procedure(procedure: Procedure, filter: AnalyticsFilter & Split): Promise<Answer<typeof analytics.procedure>> {
    const range = this.#range(filter);
    const detail = isDetail(filter.split_by) ? filter.split_by : null;
    const found =
      isStored(filter) && detail === null
        ? await this.#summaries.procedureDays(procedure.id, range)
        : (await this.#computedDays(procedure, range, filter, detail)).map((day) => ({
            startsAt: day.startsAt,
            groups: day.procedure,
          }));
    return procedureAnswer(this.#subject(procedure), found, filter, (split, ids) => namesOf(this.#store, split, ids));
  }

  async routes(
    procedure: Procedure,
    filter: Pick<AnalyticsFilter, 'started_after' | 'started_before'>,
  ): Promise<Answer<typeof analytics.routes>> {
    return routesAnswer(
      procedure.id,
      await readRouteSteps(this.#store, this.#summaries, procedure, this.#range(filter)),
    );
  }

  async measurements(procedure: Procedure, filter: AnalyticsFilter): Promise<Answer<typeof analytics.measurements>> {
    const range = this.#range(filter);
    const found = isStored(filter)
      ? await this.#summaries.allMeasurementDays(procedure.id, range)
      : (await this.#computedDays(procedure, range, filter, null)).flatMap(measurementsOf);
    const newest = await readNewestRuns(this.#store, await this.#runRange(procedure, range, filter), recentRuns);
    return measurementsAnswer(this.#subject(procedure), found, newest, filter);
  }

  async measurement(
    procedure: Procedure,
    filter: AnalyticsFilter & Split & MeasurementName,
  ): Promise<Answer<typeof analytics.measurement>> {
    const { split_by } = filter;
    const range = this.#range(filter);
    const found = await this.#measurementDays(procedure, range, filter, null);
    const splitDays = isDetail(split_by) ? await this.#measurementDays(procedure, range, filter, split_by) : found;
    return measurementAnswer(this.#subject(procedure), found, splitDays, filter, (split, ids) =>
      namesOf(this.#store, split, ids),
    );
  }

  async values(
    procedure: Procedure,
    filter: AnalyticsFilter & MeasurementName & { readonly limit: number },
  ): Promise<Answer<typeof analytics.values>> {
    const range = await this.#runRange(procedure, this.#range(filter), filter);
    const { started_before } = filter;
    const endsAt = started_before === undefined ? range.endsAt : Math.min(range.endsAt, Date.parse(started_before) + 1);
    const found = await readValues(this.#store, { ...range, endsAt }, filter, filter.limit + 1);
    return valuesAnswer(this.#subject(procedure), found, filter.limit);
  }

  #subject({ id, name }: Procedure): Subject {
    return { procedure: { id, name }, calendar: this.#calendar };
  }

  #range(filter: Pick<AnalyticsFilter, 'started_after' | 'started_before'>): TimeRange {
    return rangeOf(filter, this.#calendar);
  }

  async #runRange({ id }: Procedure, { from, to }: TimeRange, filter: AnalyticsFilter): Promise<RunRange> {
    const runIds = needsRunIds(filter)
      ? await readRunIds(this.#store, id, await this.#summaries.days(id, { from, to }), filter)
      : null;
    return { procedureId: id, startsAt: from, endsAt: to + 1, runIds, filter };
  }

  async #measurementDays(
    procedure: Procedure,
    range: TimeRange,
    filter: AnalyticsFilter & MeasurementName,
    detail: Detail | null,
  ): Promise<MeasurementDay[]> {
    const { phase_name, measurement_name } = filter;
    if (isStored(filter) && detail === null) {
      return this.#summaries.measurementDays(procedure.id, range, { phase_name, measurement_name });
    }
    return (await this.#computedDays(procedure, range, filter, detail))
      .flatMap(measurementsOf)
      .filter((each) => each.phase_name === phase_name && each.measurement_name === measurement_name);
  }

  async #computedDays({ id }: Procedure, range: TimeRange, filter: AnalyticsFilter, detail: Detail | null) {
    const days = await this.#summaries.days(id, range);
    const shiftOf = await shiftsOfRuns(this.#store, days);
    const summaries = [];
    for (const day of days) {
      const found = await readRuns(this.#store, id, day, () => this.#summaries.pause());
      const runs = found.map((run) => ({ ...run, shift: shiftOf(run) }));
      const summary = await this.#summaries.summarize(runs, { detail, isWanted: (run) => isInDetail(run, filter) });
      summaries.push({ startsAt: day.startsAt, ...summary });
    }
    return summaries;
  }
}

const measurementsOf = ({ startsAt, measurements }: { startsAt: number } & DaySummary) =>
  measurements.map((each) => ({ ...each, startsAt }));

type RunFilter = Pick<AnalyticsFilter, 'attempts' | 'shifts'>;

const needsRunIds = ({ attempts, shifts = [] }: RunFilter): boolean => attempts === 'first' || shifts.length > 0;

async function readRunIds(
  store: Store,
  procedureId: string,
  days: readonly Day[],
  { attempts, shifts = [] }: RunFilter,
): Promise<string[]> {
  const shiftOf = await shiftsOfRuns(store, days);
  const ids: string[] = [];
  for (const { startsAt, endsAt } of days) {
    const runs = await countedRuns(store, procedureId, startsAt, endsAt).execute();
    for (const run of attempts === 'all' ? runs : firstAttempts(runs)) {
      if (shifts.length === 0 || shifts.includes(shiftOf(run) ?? '')) ids.push(run.id);
    }
  }
  return ids;
}

type ShiftOfRun = (run: Pick<TestedRun, 'station_id' | 'started_at'>) => string | null;

/** Returns in which shift of its station a run on one of these days started; null outside of all shifts. @param days oldest first */
async function shiftsOfRuns(store: Store, days: readonly Day[]): Promise<ShiftOfRun> {
  const [from, to] = [days[0]?.startsAt ?? 0, days.at(-1)?.endsAt ?? 0];
  const shifts = new Map(
    (await listCalendars(store)).map(({ stationId, calendar }) => [stationId, shiftsBetween(calendar, from, to)]),
  );
  return ({ station_id, started_at }) => {
    const last = lastBefore(shifts.get(station_id ?? '') ?? [], started_at);
    return last !== undefined && started_at < last.to ? last.name : null;
  };
}

function lastBefore(shifts: readonly WorkedShift[], at: number): WorkedShift | undefined {
  let [low, high] = [0, shifts.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((shifts[middle]?.from ?? Infinity) <= at) low = middle + 1;
    else high = middle;
  }
  return shifts[low - 1];
}

async function namesOf(
  store: Store,
  split: AnalyticsSplit,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  return new Map((await rowsOf(store, split, ids)).map(({ id, name }) => [id, name]));
}

async function rowsOf(
  store: Store,
  split: AnalyticsSplit,
  ids: readonly string[],
): Promise<{ id: string; name: string }[]> {
  switch (split) {
    case 'station':
      return store.selectFrom('stations').select(['id', 'name']).where('id', 'in', ids).execute();
    case 'revision': {
      const rows = await store
        .selectFrom('revisions as r')
        .innerJoin('parts as p', 'p.id', 'r.part_id')
        .select(['r.id', 'r.number as revision', 'p.number as part'])
        .where('r.id', 'in', ids)
        .execute();
      return rows.map(({ id, part, revision }) => ({ id, name: `${part} ${revision}` }));
    }
    case 'version':
      return store.selectFrom('procedure_versions').select(['id', 'tag as name']).where('id', 'in', ids).execute();
    case 'batch':
      return store.selectFrom('batches').select(['id', 'number as name']).where('id', 'in', ids).execute();
    case 'operator':
    case 'shift':
    case 'slot':
      return ids.map((id) => ({ id, name: id }));
  }
}
