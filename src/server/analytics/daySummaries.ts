import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import type { MeasurementDay, MeasurementName, ProcedureDay } from '../../shared/analytics/answers.ts';
import { type DayOptions, type DaySummary, summarizeDayInSteps } from '../../shared/analytics/summarizeDay.ts';
import type { TestedRun } from '../../shared/analytics/testedRun.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import type { Calendar } from '../../shared/uptime/uptimeCalendar.ts';
import { unavailable } from '../http/refusalError.ts';
import { log } from '../log.ts';
import type { Store, Tables } from '../store/tables.ts';
import { quarterHourMillis } from '../store/time.ts';
import { Turns } from '../turns.ts';
import type { Writer } from '../writer.ts';
import { readRuns } from './readRuns.ts';
import { packMeasurements, procedureFromJson, procedureJson, unpackMeasurements } from './storedSummaries.ts';

/** Raised by a version of the server that computes other summaries, so that those of earlier versions are discarded. */
const format = 5;

const idleMillis = 10_000;
const busyMillis = 100;
/** A day to which results are still uploaded is computed again and again. It must not take more than a tenth of the time. */
const restFactor = 9;

/** A range of starts of runs in milliseconds since 1970, both included. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

export interface Day {
  readonly startsAt: number;
  readonly endsAt: number;
}

interface PackedDay extends DaySummary {
  /** Each measurement alone, with its distributions. */
  readonly packed: readonly Omit<Tables['measurement_days'], 'day_key'>[];
}

/** The quarters of an hour of a day, `to` not included. */
const quartersOf = ({ startsAt, endsAt }: Day): { from: number; to: number } => ({
  from: Math.ceil(startsAt / quarterHourMillis),
  to: Math.ceil(endsAt / quarterHourMillis),
});

/** The quarters whose days have to be computed, those of a computation that has not ended included. */
const outdatedQuarters = (store: Store) =>
  store.selectFrom((from) =>
    from
      .selectFrom('stale_quarters')
      .select(['procedure_id', 'quarter'])
      .unionAll(from.selectFrom('computing_quarters').select(['procedure_id', 'quarter']))
      .as('outdated'),
  );

export class DaySummaries {
  readonly #store: Store;
  readonly #writer: Writer;
  readonly #calendar: Calendar;
  readonly #turns = new Turns();
  #isStopped = false;
  #timer: NodeJS.Timeout | undefined;
  #computing: Promise<void> = Promise.resolve();

  constructor({ store, writer }: { store: Store; writer: Writer }, calendar: Calendar) {
    this.#store = store;
    this.#writer = writer;
    this.#calendar = calendar;
  }

  async start(): Promise<void> {
    await this.#discardOthers();
    this.#schedule(idleMillis);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#computing;
  }

  /**
   * Lets other work run between two portions of a computation: the database answers at once, so that without this no request
   * and no signal would be noticed before its end.
   * @throws RefusalError (503) when the server stops; the days that are computed by then are stored
   */
  async pause(): Promise<void> {
    await nextTurn();
    if (this.#isStopped)
      throw unavailable('The server is stopping. Ask for the statistics again when it has restarted.');
  }

  async summarize(runs: readonly TestedRun[], options?: DayOptions): Promise<DaySummary> {
    const steps = summarizeDayInSteps(runs, options);
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
      await this.pause();
    }
  }

  async #discardOthers(): Promise<void> {
    const { zone } = this.#calendar;
    await this.#writer.write(async (change) => {
      const state = await change.selectFrom('analytics_state').selectAll().executeTakeFirst();
      if (state?.time_zone === zone && state.format === format) return;
      await change.deleteFrom('procedure_days').execute();
      await sql`insert into stale_quarters (procedure_id, quarter)
        select distinct procedure_id, started_at / ${sql.lit(quarterHourMillis)} from runs where true
        on conflict do nothing`.execute(change);
      await change.deleteFrom('analytics_state').execute();
      await change.insertInto('analytics_state').values({ time_zone: zone, format }).execute();
    });
  }

  async days(procedureId: string, { from, to }: TimeRange): Promise<Day[]> {
    const days: Day[] = [];
    for (let next = from; ;) {
      const run = await this.#store
        .selectFrom('runs')
        .select('started_at')
        .where('procedure_id', '=', procedureId)
        .where('started_at', '>=', next)
        .where('started_at', '<=', to)
        .orderBy('started_at')
        .limit(1)
        .executeTakeFirst();
      if (run === undefined) return days;
      const day = this.#dayAt(run.started_at);
      days.push(day);
      next = day.endsAt;
    }
  }

  async proceduresIn({ from, to }: TimeRange): Promise<string[]> {
    const summarized = this.#store
      .selectFrom('procedure_days')
      .select('procedure_id')
      .where('starts_at', '>=', from)
      .where('starts_at', '<=', to);
    const stale = outdatedQuarters(this.#store)
      .select('procedure_id')
      .where('quarter', '>=', Math.floor(from / quarterHourMillis))
      .where('quarter', '<=', Math.floor(to / quarterHourMillis));
    const rows = await summarized.union(stale).execute();
    return rows.map(({ procedure_id }) => procedure_id);
  }

  async procedureDays(procedureId: string, range: TimeRange): Promise<ProcedureDay[]> {
    await this.#update(procedureId, range);
    const rows = await this.#rows(procedureId, range).select(['d.starts_at', 'd.summary_json']).execute();
    return rows.map((row) => ({ startsAt: row.starts_at, groups: procedureFromJson(row.summary_json) }));
  }

  async allMeasurementDays(procedureId: string, range: TimeRange): Promise<Iterable<MeasurementDay>> {
    await this.#update(procedureId, range);
    const rows = await this.#rows(procedureId, range).select(['d.starts_at', 'd.measurements as summary']).execute();
    return unpackDays(rows);
  }

  async measurementDays(procedureId: string, range: TimeRange, name: MeasurementName): Promise<MeasurementDay[]> {
    await this.#update(procedureId, range);
    const rows = await this.#rows(procedureId, range)
      .innerJoin('measurement_days as m', 'm.day_key', 'd.key')
      .select(['d.starts_at', 'm.summary'])
      .where('m.phase_name', '=', name.phase_name)
      .where('m.measurement_name', '=', name.measurement_name)
      .execute();
    return [...unpackDays(rows)];
  }

  #rows(procedureId: string, { from, to }: TimeRange) {
    return this.#store
      .selectFrom('procedure_days as d')
      .where('d.procedure_id', '=', procedureId)
      .where('d.starts_at', '>=', from)
      .where('d.starts_at', '<=', to)
      .orderBy('d.starts_at');
  }

  /** Computes past days that have changed, one at a time. Today is computed when it is asked for. */
  async #computeNext(): Promise<void> {
    const today = this.#dayAt(Date.now());
    const stale = await outdatedQuarters(this.#store)
      .selectAll()
      .where('quarter', '<', Math.floor(today.startsAt / quarterHourMillis))
      .limit(1)
      .executeTakeFirst();
    if (stale === undefined) {
      this.#schedule(idleMillis);
      return;
    }
    const begin = performance.now();
    await this.#compute(stale.procedure_id, this.#dayAt(stale.quarter * quarterHourMillis));
    this.#schedule(Math.max(busyMillis, restFactor * (performance.now() - begin)));
  }

  #schedule(delayMillis: number): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.#computing = this.#computeNext().catch((error: unknown) => {
        if (this.#isStopped) return;
        log.error(`The statistics of a day could not be stored: ${messageOf(error)}`);
        this.#schedule(idleMillis);
      });
    }, delayMillis).unref();
  }

  /** @param range whole days */
  async #update(procedureId: string, { from, to }: TimeRange): Promise<void> {
    const stale = await outdatedQuarters(this.#store)
      .select('quarter')
      .where('procedure_id', '=', procedureId)
      .where('quarter', '>=', Math.floor(from / quarterHourMillis))
      .where('quarter', '<=', Math.floor(to / quarterHourMillis))
      .execute();
    const changed = new Map(
      stale.map(({ quarter }) => this.#dayAt(quarter * quarterHourMillis)).map((day) => [day.startsAt, day]),
    );
    for (const day of changed.values()) await this.#compute(procedureId, day);
  }

  /**
   * Computes a day, if it still is out of date, while other requests are answered. What changes meanwhile marks it as stale again,
   * because the marks that this computation is for are moved to another table before it reads a run. A run that is deleted
   * meanwhile may be counted without its measurements, until the day is computed again for the next answer.
   */
  #compute(procedureId: string, day: Day): Promise<void> {
    return this.#turns.take(procedureId, async () => {
      if (!(await this.#begin(procedureId, day))) return;
      const runs = await readRuns(this.#store, procedureId, day, () => this.pause());
      const { procedure, measurements } = await this.summarize(runs);
      const packed: Omit<Tables['measurement_days'], 'day_key'>[] = [];
      for (const measurement of measurements) {
        await this.pause();
        const { phase_name, measurement_name } = measurement;
        packed.push({ phase_name, measurement_name, summary: packMeasurements([measurement]) });
      }
      await this.#save(procedureId, day, runs.length === 0 ? null : { procedure, measurements, packed });
    });
  }

  /** @returns whether there is something to compute */
  #begin(procedureId: string, day: Day): Promise<boolean> {
    const { from, to } = quartersOf(day);
    return this.#writer.write(async (change) => {
      await sql`insert into computing_quarters (procedure_id, quarter)
        select procedure_id, quarter from stale_quarters
        where procedure_id = ${procedureId} and quarter >= ${from} and quarter < ${to}
        on conflict do nothing`.execute(change);
      await change
        .deleteFrom('stale_quarters')
        .where('procedure_id', '=', procedureId)
        .where('quarter', '>=', from)
        .where('quarter', '<', to)
        .execute();
      const computing = await change
        .selectFrom('computing_quarters')
        .select('quarter')
        .where('procedure_id', '=', procedureId)
        .where('quarter', '>=', from)
        .where('quarter', '<', to)
        .limit(1)
        .executeTakeFirst();
      return computing !== undefined;
    });
  }

  /** @param summary null for a day without runs */
  #save(procedureId: string, day: Day, summary: PackedDay | null): Promise<void> {
    const { from, to } = quartersOf(day);
    return this.#writer.write(async (change) => {
      const { numDeletedRows } = await change
        .deleteFrom('computing_quarters')
        .where('procedure_id', '=', procedureId)
        .where('quarter', '>=', from)
        .where('quarter', '<', to)
        .executeTakeFirstOrThrow();
      // The procedure was deleted meanwhile, with all of its days.
      if (numDeletedRows === 0n) return;
      await change
        .deleteFrom('procedure_days')
        .where('procedure_id', '=', procedureId)
        .where('starts_at', '=', day.startsAt)
        .execute();
      if (summary === null) return;
      const { key } = await change
        .insertInto('procedure_days')
        .values({
          procedure_id: procedureId,
          starts_at: day.startsAt,
          summary_json: procedureJson(summary.procedure),
          measurements: packMeasurements(summary.measurements.map((each) => ({ ...each, digests: [] }))),
        })
        .returning('key')
        .executeTakeFirstOrThrow();
      for (const each of summary.packed) {
        await change
          .insertInto('measurement_days')
          .values({ day_key: key, ...each })
          .execute();
      }
    });
  }

  #dayAt(at: number): Day {
    const [startsAt = 0, endsAt = 0] = this.#calendar.days(at, 1).edges;
    return { startsAt, endsAt };
  }
}

function* unpackDays(rows: readonly { starts_at: number; summary: Uint8Array }[]): Generator<MeasurementDay> {
  for (const { starts_at, summary } of rows) {
    for (const measurement of unpackMeasurements(summary)) yield { ...measurement, startsAt: starts_at };
  }
}
