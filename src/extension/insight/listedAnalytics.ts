import {
  type MeasuredValue,
  measurementAnswer,
  type MeasurementDay,
  type MeasurementName,
  measurementsAnswer,
  procedureAnswer,
  type Split,
  type Subject,
  valuesAnswer,
} from '../../shared/analytics/answers.ts';
import { type Detail, isAt, isDetail, isInDetail, rangeOf } from '../../shared/analytics/place.ts';
import { firstAttempts, isReading, summarizeDay } from '../../shared/analytics/summarizeDay.ts';
import type { TestedPhase, TestedRun } from '../../shared/analytics/testedRun.ts';
import {
  analytics,
  type AnalyticsFilter,
  type AnalyticsSplit,
  type MeasurementSummary,
} from '../../shared/contract/analytics.ts';
import { measurements, phases } from '../../shared/contract/explorer.ts';
import type { Answer } from '../../shared/contract/operation.ts';
import { procedures } from '../../shared/contract/procedures.ts';
import { runs } from '../../shared/contract/runs.ts';
import { Calendar } from '../../shared/uptime/uptimeCalendar.ts';
import { allPages, newestEntries } from '../client/pages.ts';
import type { StationApi } from '../client/stationApi.ts';
import { byStart, type ListedRun, measurementOf, namesIn, phaseKey, phasesOf, runOf } from './listedRows.ts';

interface RunCounts {
  readonly runs: number;
  readonly runsOfAllMeasurements: number;
  readonly valuesOfHints: number;
}

/**
 * How many runs are read for a question. A page of a list has 100 entries, so that 1,000 runs are 10 requests. For all
 * measurements at once, each run needs a request or so. Hints are read without being asked for, so that they are of what
 * one page of runs and 8 pages of values hold.
 */
export const newestRuns: RunCounts = { runs: 1000, runsOfAllMeasurements: 100, valuesOfHints: 800 };

/**
 * Computes statistics of the newest runs from what a server lists, for servers that compute none, such as TofuPilot. The
 * days are those of this computer's time zone.
 */
export class ListedAnalytics {
  readonly #api: Pick<StationApi, 'call'>;
  readonly #calendar: Calendar;
  readonly #counts: RunCounts;

  constructor(
    api: Pick<StationApi, 'call'>,
    zone = Intl.DateTimeFormat().resolvedOptions().timeZone,
    counts = newestRuns,
  ) {
    this.#api = api;
    this.#calendar = new Calendar(zone);
    this.#counts = counts;
  }

  async procedure(id: string, filter: AnalyticsFilter & Split): Promise<Answer<typeof analytics.procedure>> {
    const { listed } = await this.#newestRuns(id, filter, this.#counts.runs);
    const failed = listed.flatMap(({ run }) => (run.outcome === 'PASS' ? [] : [run.id]));
    const found = await this.#phasesOf(id, failed);
    const days = this.#days(listed, found, filter, detailOf(filter.split_by)).map(({ startsAt, procedure }) => ({
      startsAt,
      groups: procedure,
    }));
    return procedureAnswer(await this.#subject(id), days, filter, namesIn(listed));
  }

  async measurements(id: string, filter: AnalyticsFilter): Promise<Answer<typeof analytics.measurements>> {
    const { listed } = await this.#newestRuns(id, filter, this.#counts.runsOfAllMeasurements);
    const found = await this.#measuredPhases({ procedure_id: id }, idsOf(listed));
    const days = this.#measurementDays(listed, found, filter, null);
    return measurementsAnswer(await this.#subject(id), days, this.#wanted(listed, found, filter), filter);
  }

  /**
   * Returns the measurements of as many of the newest runs as a few requests can read, whatever their day, and how many runs
   * these are.
   */
  async hints(id: string): Promise<{ measurements: MeasurementSummary[]; runs: number }> {
    const filter = analytics.measurements.query.parse({});
    const { listed } = await this.#listNewest(id, {}, this.#counts.runsOfAllMeasurements);
    const { entries, hasMore } = await newestEntries(this.#counts.valuesOfHints, (page) =>
      this.#api.call(measurements.list, {
        query: { procedure_id: id, ids: idsOf(listed), exclude_retries: 'true', sort_order: 'desc', ...page },
      }),
    );
    // Of earlier runs, some values were not read.
    const readSince = hasMore ? Date.parse(entries.at(-1)?.started_at ?? '') : -Infinity;
    const complete = listed.filter(({ run }) => run.started_at > readSince);
    const found = phasesOf(entries.toReversed());
    const days = this.#measurementDays(complete, found, filter, null);
    const subject = { procedure: { id, name: '' }, calendar: this.#calendar };
    const answer = measurementsAnswer(subject, days, this.#wanted(complete, found, filter), filter);
    return { measurements: answer.measurements, runs: complete.length };
  }

  async measurement(
    id: string,
    filter: AnalyticsFilter & Split & MeasurementName,
  ): Promise<Answer<typeof analytics.measurement>> {
    const { phase_name, measurement_name } = filter;
    const { listed } = await this.#newestRuns(id, filter, this.#counts.runs);
    const found = await this.#measuredPhases({ procedure_id: id, phase_name, measurement_name }, idsOf(listed));
    const days = this.#measurementDays(listed, found, filter, null);
    const splitDays = this.#measurementDays(listed, found, filter, detailOf(filter.split_by));
    return measurementAnswer(await this.#subject(id), days, splitDays, filter, namesIn(listed));
  }

  async values(
    id: string,
    filter: AnalyticsFilter & MeasurementName & { readonly limit: number },
  ): Promise<Answer<typeof analytics.values>> {
    const subject = await this.#subject(id);
    let end = filter.started_before === undefined ? Infinity : Date.parse(filter.started_before);
    let values: MeasuredValue[] = [];
    for (;;) {
      const { listed, hasOlder } = await this.#newestRuns(id, filter, this.#counts.runs, end);
      const found = await this.#valuesOf(id, listed, filter);
      values = [...found, ...values.filter(({ started_at }) => started_at > end)];
      // The newest runs may lack the measurement. A caller that pages needs values of two moments.
      const isEnough = values[0]?.started_at !== values.at(-1)?.started_at;
      if (isEnough || !hasOlder) return valuesAnswer(subject, values, filter.limit, hasOlder);
      // More runs may have started in the same moment as the oldest of these.
      end = Math.min(listed[0]?.run.started_at ?? 0, end - 1);
    }
  }

  async #valuesOf(
    id: string,
    listed: readonly ListedRun[],
    filter: AnalyticsFilter & MeasurementName,
  ): Promise<MeasuredValue[]> {
    const { phase_name, measurement_name } = filter;
    const found = await this.#measuredPhases({ procedure_id: id, phase_name, measurement_name }, idsOf(listed));
    const items = new Map(listed.map(({ item }) => [item.id, item]));
    return this.#wanted(listed, found, filter).flatMap((run) =>
      run.phases.flatMap((phase) =>
        phase.measurements.flatMap(({ value, outcome, lower, upper, units }): MeasuredValue[] => {
          if (!isReading(value)) return [];
          const item = items.get(run.id);
          return [
            {
              run_id: run.id,
              serial_number: item?.unit.serial_number ?? '',
              station: item?.created_by_station?.name ?? null,
              started_at: run.started_at,
              passed: outcome !== 'FAIL',
              value,
              lower,
              upper,
              units,
            },
          ];
        }),
      ),
    );
  }

  async #subject(id: string): Promise<Subject> {
    const { name } = await this.#api.call(procedures.get, { params: { id } });
    return { procedure: { id, name }, calendar: this.#calendar };
  }

  /**
   * Returns the newest runs, oldest first, of all days in the time of the question. A day whose first runs
   * are beyond the newest ones is left out if there are others.
   * @param end when the last run may start, in milliseconds since 1970; at most the end of the last day
   */
  async #newestRuns(
    id: string,
    filter: AnalyticsFilter,
    count: number,
    end = Infinity,
  ): Promise<{ listed: ListedRun[]; hasOlder: boolean }> {
    const { from, to } = rangeOf(filter, this.#calendar);
    const last = Math.min(end, filter.started_before === undefined ? Infinity : to);
    const range = {
      ...(filter.started_after === undefined ? {} : { started_after: timeText(from) }),
      ...(last === Infinity ? {} : { started_before: timeText(last) }),
    };
    const { listed, hasMore } = await this.#listNewest(id, range, count);
    const days = Map.groupBy(listed, ({ run }) => this.#dayStartOf(run));
    if (hasMore && days.size > 1) days.delete(Math.min(...days.keys()));
    return { listed: [...days.values()].flat(), hasOlder: hasMore };
  }

  async #listNewest(
    id: string,
    range: { readonly started_after?: string; readonly started_before?: string },
    count: number,
  ): Promise<{ listed: ListedRun[]; hasMore: boolean }> {
    const { entries, hasMore } = await newestEntries(count, (page) =>
      this.#api.call(runs.list, {
        query: { ...page, ...range, procedure_ids: [id], sort_by: 'started_at', sort_order: 'desc' },
      }),
    );
    return { listed: entries.map((item) => ({ item, run: runOf(item) })).reverse(), hasMore };
  }

  async #phasesOf(procedure_id: string, ids: readonly string[]): Promise<Map<string, TestedPhase[]>> {
    const found = new Map<string, TestedPhase[]>();
    for (const some of chunks(ids)) {
      const query = { procedure_id, ids: some, exclude_retries: 'true', sort_order: 'asc' } as const;
      const listed = await allPages((page) => this.#api.call(phases.list, { query: { ...query, ...page } }));
      const failed = await allPages((page) =>
        this.#api.call(measurements.list, { query: { ...query, ...page, measurement_outcomes: ['FAIL'] } }),
      );
      const failures = Map.groupBy(failed, phaseKey);
      for (const [id, ofRun] of Map.groupBy(listed, ({ run_id }) => run_id)) {
        const tested = ofRun.map((phase) => ({
          name: phase.name,
          outcome: phase.outcome,
          started_at: Date.parse(phase.started_at),
          retry_count: 0,
          measurements: (failures.get(phaseKey({ ...phase, phase_name: phase.name })) ?? []).map(measurementOf),
        }));
        found.set(id, tested.sort(byStart));
      }
    }
    return found;
  }

  async #measuredPhases(
    name: { procedure_id: string } & Partial<MeasurementName>,
    ids: readonly string[],
  ): Promise<Map<string, TestedPhase[]>> {
    const found = new Map<string, TestedPhase[]>();
    for (const some of chunks(ids)) {
      const rows = await allPages((page) =>
        this.#api.call(measurements.list, {
          query: { ...name, ids: some, exclude_retries: 'true', sort_order: 'asc', ...page },
        }),
      );
      for (const [id, ofRun] of phasesOf(rows)) found.set(id, ofRun);
    }
    return found;
  }

  #days(
    listed: readonly ListedRun[],
    found: ReadonlyMap<string, TestedPhase[]>,
    filter: AnalyticsFilter,
    detail: Detail | null,
  ) {
    const days = Map.groupBy(testedRuns(listed, found), (run) => this.#dayStartOf(run));
    const isWanted = (run: TestedRun): boolean => isInDetail(run, filter);
    return [...days].map(([startsAt, ofDay]) => ({ startsAt, ...summarizeDay(ofDay, { detail, isWanted }) }));
  }

  #measurementDays(
    listed: readonly ListedRun[],
    found: ReadonlyMap<string, TestedPhase[]>,
    filter: AnalyticsFilter,
    detail: Detail | null,
  ): MeasurementDay[] {
    return this.#days(listed, found, filter, detail).flatMap(({ startsAt, measurements }) =>
      measurements.map((each) => ({ ...each, startsAt })),
    );
  }

  #wanted(
    listed: readonly ListedRun[],
    found: ReadonlyMap<string, TestedPhase[]>,
    filter: AnalyticsFilter,
  ): TestedRun[] {
    const days = Map.groupBy(testedRuns(listed, found), (run) => this.#dayStartOf(run));
    return [...days.values()]
      .flatMap((ofDay) => (filter.attempts === 'all' ? ofDay : [...firstAttempts(ofDay)]))
      .filter((run) => isInDetail(run, filter) && isAt({ ...run, is_reference: run.sample !== null }, filter))
      .sort((one, other) => one.started_at - other.started_at);
  }

  #dayStartOf({ started_at }: Pick<TestedRun, 'started_at'>): number {
    return this.#calendar.days(started_at, 1).edges[0] ?? 0;
  }
}

const detailOf = (split: AnalyticsSplit): Detail | null => (isDetail(split) ? split : null);

const timeText = (at: number): string => new Date(at).toISOString();

const testedRuns = (listed: readonly ListedRun[], found: ReadonlyMap<string, TestedPhase[]>): TestedRun[] =>
  listed.map(({ run }) => ({ ...run, phases: found.get(run.id) ?? [] }));

const idsOf = (listed: readonly ListedRun[]): string[] => listed.map(({ run }) => run.id);

/** The ids of a request have to fit into its address. */
const chunks = (ids: readonly string[], size = 100): string[][] =>
  Array.from({ length: Math.ceil(ids.length / size) }, (_, index) => ids.slice(index * size, (index + 1) * size));
