import {
  type Distributed,
  failuresOf,
  figuresOf,
  limitsKey,
  measurementDay,
  retestCounts,
  runFigures,
  segmentsOf,
} from '../../shared/analytics/figures.ts';
import { isAt, isStoredPlace, splitValue } from '../../shared/analytics/place.ts';
import {
  isReading,
  type MeasurementSummary,
  type ProcedureSummary,
  summarizeDay,
} from '../../shared/analytics/summarizeDay.ts';
import type { analytics, AnalyticsFilter, AnalyticsSplit } from '../../shared/contract/analytics.ts';
import { measurementType } from '../../shared/contract/common.ts';
import type { Answer } from '../../shared/contract/operation.ts';
import { lastAttempts } from '../../shared/run/attempts.ts';
import type { Calendar } from '../../shared/uptime/uptimeCalendar.ts';
import type { Store } from '../store/tables.ts';
import type { Day, DaySummaries, MeasurementDay, MeasurementName, ProcedureDay } from './daySummaries.ts';
import { namesOf } from './names.ts';
import { readRuns } from './readRuns.ts';
import { readValues } from './readValues.ts';

interface Procedure {
  readonly id: string;
  readonly name: string;
}

interface Split {
  readonly split_by: AnalyticsSplit;
}

/** The newest runs whose values are shown beside a measurement. */
const recentRuns = 100;

/** Answers questions about all runs of a procedure. */
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
    const days = await this.#days(procedure, filter);
    const found = await this.#procedureDays(procedure, days, filter);
    const groups = found.flatMap((day) => day.groups);
    const split = Map.groupBy(groups, (group) => splitValue(group, filter.split_by));
    const names = await this.#names(filter.split_by, split.keys());
    return {
      ...this.#covered(procedure, groups),
      ...runFigures(groups),
      retests: retestCounts(groups),
      days: found.map(({ startsAt, groups }) => ({ date: this.#calendar.dateAt(startsAt), ...runFigures(groups) })),
      groups: byName([...split].map(([id, members]) => ({ id, name: nameOf(id, names), ...runFigures(members) }))),
      failures: failuresOf(groups),
    };
  }

  async measurements(procedure: Procedure, filter: AnalyticsFilter): Promise<Answer<typeof analytics.measurements>> {
    const days = await this.#days(procedure, filter);
    const found = isStoredPlace(filter, 'station')
      ? await this.#summaries.allMeasurementDays(procedure.id, days)
      : (await this.#detailedDays(procedure, days)).flatMap(({ measurements }) => measurements);
    const recent = await this.#recentValues(procedure, filter);
    const named = [...Map.groupBy(found, keyOf)].flatMap(([key, same]) => {
      const [name] = same;
      const all = same.flatMap(({ groups }) => groups).filter((group) => isWanted(group, filter));
      const newest = newestOf(all);
      if (name === undefined || newest === undefined) return [];
      const { lower, upper } = newest;
      const current = all.filter((group) => limitsKey(group) === limitsKey(newest));
      return {
        phase_name: name.phase_name,
        measurement_name: name.measurement_name,
        type: measurementType.parse(newest.type),
        units: newest.units,
        lower,
        upper,
        limits_changed_at: current.length === all.length ? null : firstStart(current),
        ...figuresOf(current, newest),
        recent: (recent.get(key) ?? [])
          .filter((value) => limitsKey(value) === limitsKey(newest))
          .map(({ value }) => value),
      };
    });
    return {
      ...this.#covered(
        procedure,
        found.flatMap(({ groups }) => groups).filter((group) => isWanted(group, filter)),
      ),
      measurements: named,
    };
  }

  async measurement(
    procedure: Procedure,
    filter: AnalyticsFilter & Split & MeasurementName,
  ): Promise<Answer<typeof analytics.measurement>> {
    const { phase_name, measurement_name, split_by } = filter;
    const days = await this.#days(procedure, filter);
    const found = isStoredPlace(filter, split_by)
      ? await this.#summaries.measurementDays(procedure.id, days, { phase_name, measurement_name })
      : (await this.#detailedDays(procedure, days)).flatMap(({ startsAt, measurements }) =>
          measurements
            .filter((each) => each.phase_name === phase_name && each.measurement_name === measurement_name)
            .map((each) => ({ ...each, startsAt })),
        );
    const perDay = found
      .map((day) => ({ startsAt: day.startsAt, all: distributed(day).filter(({ group }) => isWanted(group, filter)) }))
      .filter(({ all }) => all.length > 0);
    const all = perDay.flatMap((day) => day.all);
    const groups = all.map(({ group }) => group);
    const newest = newestOf(groups);
    const current = newest === undefined ? [] : groups.filter((group) => limitsKey(group) === limitsKey(newest));
    const split = Map.groupBy(current, (group) => splitValue(group, split_by));
    const names = await this.#names(split_by, split.keys());
    return {
      ...this.#covered(procedure, groups),
      phase_name,
      measurement_name,
      type: measurementType.parse(newest?.type ?? 'empty'),
      units: newest?.units ?? null,
      segments: segmentsOf(all),
      days: perDay.map(({ startsAt, all }) => measurementDay(this.#calendar.dateAt(startsAt), all)),
      groups: byName(
        [...split].map(([id, members]) => ({
          id,
          name: nameOf(id, names),
          ...figuresOf(members, newest ?? { lower: null, upper: null }),
        })),
      ),
    };
  }

  async values(
    procedure: Procedure,
    filter: AnalyticsFilter & MeasurementName & { readonly limit: number },
  ): Promise<Answer<typeof analytics.values>> {
    const range = { ...rangeOf(filter), limit: filter.limit + 1 };
    const found = await readValues(this.#store, procedure.id, filter, filter, range);
    const values = found.slice(-filter.limit);
    const limits = [...new Map(values.map((value) => [limitsKey(value), value])).entries()];
    const indexes = new Map(limits.map(([key], index) => [key, index]));
    return {
      procedure: { id: procedure.id, name: procedure.name },
      time_zone: this.#calendar.zone,
      from: values[0]?.started_at ?? null,
      to: values.at(-1)?.started_at ?? null,
      started_at: values.map(({ started_at }) => started_at),
      values: values.map(({ value }) => value),
      passed: values.map(({ passed }) => passed),
      run_ids: values.map(({ run_id }) => run_id),
      serial_numbers: values.map(({ serial_number }) => serial_number),
      limits_index: values.map((value) => indexes.get(limitsKey(value)) ?? 0),
      limits: limits.map(([, { lower, upper }]) => ({ lower, upper })),
      has_more: found.length > values.length,
    };
  }

  #days({ id }: Procedure, filter: AnalyticsFilter): Promise<Day[]> {
    const { from, to } = rangeOf(filter);
    return this.#summaries.days(id, from, to);
  }

  async #procedureDays(procedure: Procedure, days: readonly Day[], filter: AnalyticsFilter & Split) {
    const found: readonly ProcedureDay[] = isStoredPlace(filter, filter.split_by)
      ? await this.#summaries.procedureDays(procedure.id, days)
      : (await this.#detailedDays(procedure, days)).map((day) => ({ startsAt: day.startsAt, groups: day.procedure }));
    return found
      .map(({ startsAt, groups }) => ({ startsAt, groups: groups.filter((group) => isAt(group, filter)) }))
      .filter(({ groups }) => groups.length > 0);
  }

  /** Computes the days from the runs, with batches and operators. */
  async #detailedDays({ id }: Procedure, days: readonly Day[]) {
    const summaries = [];
    for (const { startsAt, endsAt } of days) {
      const runs = await readRuns(this.#store, id, startsAt, endsAt);
      summaries.push({ startsAt, ...summarizeDay(runs, { isDetailed: true }) });
    }
    return summaries;
  }

  /** Returns the values of the newest runs by measurement, oldest first. */
  async #recentValues({ id }: Procedure, filter: AnalyticsFilter) {
    const { from, to } = rangeOf(filter);
    const oldest = await this.#store
      .selectFrom('runs')
      .select('started_at')
      .where('procedure_id', '=', id)
      .where('started_at', '>=', from)
      .where('started_at', '<=', to)
      .orderBy('started_at', 'desc')
      .limit(recentRuns)
      .execute();
    const start = oldest.at(-1)?.started_at ?? to;
    const runs = (await readRuns(this.#store, id, start, to + 1)).filter((run) =>
      isAt({ ...run, is_reference: run.sample !== null }, filter),
    );
    const values = runs.flatMap((run) =>
      lastAttempts(run.phases).flatMap(({ name, measurements }) =>
        measurements.flatMap(({ value, lower, upper, ...measurement }) =>
          isReading(value) ? { value, lower, upper, phase_name: name, measurement_name: measurement.name } : [],
        ),
      ),
    );
    return Map.groupBy(values, keyOf);
  }

  #names(split: AnalyticsSplit, ids: Iterable<string | null>): Promise<ReadonlyMap<string, string>> {
    return namesOf(
      this.#store,
      split,
      [...ids].filter((id) => id !== null),
    );
  }

  #covered({ id, name }: Procedure, groups: readonly Pick<ProcedureSummary, 'first_started_at' | 'last_started_at'>[]) {
    const isEmpty = groups.length === 0;
    return {
      procedure: { id, name },
      time_zone: this.#calendar.zone,
      from: isEmpty ? null : firstStart(groups),
      to: isEmpty ? null : groups.reduce((last, group) => Math.max(last, group.last_started_at), -Infinity),
    };
  }
}

const latest = Date.UTC(9999, 11, 31);

const rangeOf = ({ started_after, started_before }: AnalyticsFilter): { from: number; to: number } => ({
  from: started_after === undefined ? 0 : Date.parse(started_after),
  to: started_before === undefined ? latest : Date.parse(started_before),
});

const keyOf = ({ phase_name, measurement_name }: MeasurementName): string =>
  JSON.stringify([phase_name, measurement_name]);

const isWanted = (group: MeasurementSummary, filter: AnalyticsFilter): boolean =>
  isAt(group, filter) && (filter.attempts === 'all' || group.is_first_attempt);

const firstStart = (groups: readonly { readonly first_started_at: number }[]): number =>
  groups.reduce((first, group) => Math.min(first, group.first_started_at), Infinity);

const newestOf = (groups: readonly MeasurementSummary[]): MeasurementSummary | undefined =>
  groups.reduce<MeasurementSummary | undefined>(
    (newest, group) => (newest && newest.last_started_at >= group.last_started_at ? newest : group),
    undefined,
  );

const distributed = ({ groups, digests }: MeasurementDay): Distributed[] =>
  groups.flatMap((group, index) => {
    const digest = digests[index];
    return digest === undefined ? [] : { group, digest };
  });

const nameOf = (id: string | null, names: ReadonlyMap<string, string>): string =>
  id === null ? '' : (names.get(id) ?? id);

const byName = <T extends { readonly name: string }>(groups: readonly T[]): T[] =>
  [...groups].sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
