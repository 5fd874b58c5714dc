import {
  measurementAnswer,
  type MeasurementName,
  measurementsAnswer,
  procedureAnswer,
  type Split,
  type Subject,
  valuesAnswer,
} from '../../shared/analytics/answers.ts';
import { isStoredPlace, rangeOf } from '../../shared/analytics/place.ts';
import { summarizeDay } from '../../shared/analytics/summarizeDay.ts';
import type { TestedRun } from '../../shared/analytics/testedRun.ts';
import type { analytics, AnalyticsFilter } from '../../shared/contract/analytics.ts';
import type { Answer } from '../../shared/contract/operation.ts';
import type { Calendar } from '../../shared/uptime/uptimeCalendar.ts';
import type { Store } from '../store/tables.ts';
import { isCounted } from './countedRuns.ts';
import type { Day, DaySummaries } from './daySummaries.ts';
import { namesOf } from './names.ts';
import { readRuns } from './readRuns.ts';
import { readValues } from './readValues.ts';

type Procedure = Subject['procedure'];

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
    const found = isStoredPlace(filter, filter.split_by)
      ? await this.#summaries.procedureDays(procedure.id, days)
      : (await this.#detailedDays(procedure, days)).map((day) => ({ startsAt: day.startsAt, groups: day.procedure }));
    return procedureAnswer(this.#subject(procedure), found, filter, (split, ids) => namesOf(this.#store, split, ids));
  }

  async measurements(procedure: Procedure, filter: AnalyticsFilter): Promise<Answer<typeof analytics.measurements>> {
    const days = await this.#days(procedure, filter);
    const found = isStoredPlace(filter, 'station')
      ? await this.#summaries.allMeasurementDays(procedure.id, days)
      : (await this.#detailedDays(procedure, days)).flatMap(measurementsOf);
    return measurementsAnswer(this.#subject(procedure), found, await this.#newestRuns(procedure, filter), filter);
  }

  async measurement(
    procedure: Procedure,
    filter: AnalyticsFilter & Split & MeasurementName,
  ): Promise<Answer<typeof analytics.measurement>> {
    const { phase_name, measurement_name, split_by } = filter;
    const days = await this.#days(procedure, filter);
    const found = isStoredPlace(filter, split_by)
      ? await this.#summaries.measurementDays(procedure.id, days, { phase_name, measurement_name })
      : (await this.#detailedDays(procedure, days))
          .flatMap(measurementsOf)
          .filter((each) => each.phase_name === phase_name && each.measurement_name === measurement_name);
    return measurementAnswer(this.#subject(procedure), found, filter, (split, ids) => namesOf(this.#store, split, ids));
  }

  async values(
    procedure: Procedure,
    filter: AnalyticsFilter & MeasurementName & { readonly limit: number },
  ): Promise<Answer<typeof analytics.values>> {
    const range = { ...rangeOf(filter), limit: filter.limit + 1 };
    const found = await readValues(this.#store, procedure.id, filter, filter, range);
    return valuesAnswer(this.#subject(procedure), found, filter.limit);
  }

  #subject({ id, name }: Procedure): Subject {
    return { procedure: { id, name }, calendar: this.#calendar };
  }

  #days({ id }: Procedure, filter: AnalyticsFilter): Promise<Day[]> {
    const { from, to } = rangeOf(filter);
    return this.#summaries.days(id, from, to);
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

  async #newestRuns({ id }: Procedure, filter: AnalyticsFilter): Promise<TestedRun[]> {
    const { from, to } = rangeOf(filter);
    const oldest = await this.#store
      .selectFrom('runs as r')
      .select('r.started_at')
      .where('r.procedure_id', '=', id)
      .where('r.started_at', '>=', from)
      .where('r.started_at', '<=', to)
      .where(isCounted('r'))
      .orderBy('r.started_at', 'desc')
      .limit(recentRuns)
      .execute();
    return readRuns(this.#store, id, oldest.at(-1)?.started_at ?? to, to + 1);
  }
}

const measurementsOf = ({ startsAt, measurements }: { startsAt: number } & ReturnType<typeof summarizeDay>) =>
  measurements.map((each) => ({ ...each, startsAt }));
