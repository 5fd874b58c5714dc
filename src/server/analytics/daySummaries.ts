import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import type { MeasurementDay, MeasurementName, ProcedureDay } from '../../shared/analytics/answers.ts';
import { summarizeDay } from '../../shared/analytics/summarizeDay.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import type { Calendar } from '../../shared/uptime/uptimeCalendar.ts';
import { unavailable } from '../http/refusalError.ts';
import { log } from '../log.ts';
import type { Store } from '../store/tables.ts';
import { quarterHourMillis } from '../store/time.ts';
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

export class DaySummaries {
  readonly #store: Store;
  readonly #writer: Writer;
  readonly #calendar: Calendar;
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
   * Lets other work run between the computations of two days: the database answers at once, so that without this no
   * request and no signal would be noticed before the last day.
   * @throws RefusalError (503) when the server stops; what is computed by then is stored
   */
  async yieldBetweenDays(): Promise<void> {
    await nextTurn();
    if (this.#isStopped)
      throw unavailable('The server is stopping. Ask for the statistics again when it has restarted.');
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
    const stale = this.#store
      .selectFrom('stale_quarters')
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
    const stale = await this.#store
      .selectFrom('stale_quarters')
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
        log.error(`The statistics of a day could not be stored: ${messageOf(error)}`);
        this.#schedule(idleMillis);
      });
    }, delayMillis).unref();
  }

  /** @param range whole days */
  async #update(procedureId: string, { from, to }: TimeRange): Promise<void> {
    const stale = await this.#store
      .selectFrom('stale_quarters')
      .select('quarter')
      .where('procedure_id', '=', procedureId)
      .where('quarter', '>=', Math.floor(from / quarterHourMillis))
      .where('quarter', '<=', Math.floor(to / quarterHourMillis))
      .execute();
    const changed = new Map(
      stale.map(({ quarter }) => this.#dayAt(quarter * quarterHourMillis)).map((day) => [day.startsAt, day]),
    );
    for (const day of changed.values()) {
      await this.yieldBetweenDays();
      await this.#compute(procedureId, day);
    }
  }

  /** A run that is pushed meanwhile marks the day again, because it is in another transaction. */
  async #compute(procedureId: string, { startsAt, endsAt }: Day): Promise<void> {
    await this.#writer.write(async (change) => {
      const runs = await readRuns(change, procedureId, startsAt, endsAt);
      const { procedure, measurements } = summarizeDay(runs);
      await change
        .deleteFrom('procedure_days')
        .where('procedure_id', '=', procedureId)
        .where('starts_at', '=', startsAt)
        .execute();
      if (runs.length > 0) {
        const { key } = await change
          .insertInto('procedure_days')
          .values({
            procedure_id: procedureId,
            starts_at: startsAt,
            summary_json: procedureJson(procedure),
            measurements: packMeasurements(measurements.map((each) => ({ ...each, digests: [] }))),
          })
          .returning('key')
          .executeTakeFirstOrThrow();
        for (const measurement of measurements) {
          const { phase_name, measurement_name } = measurement;
          const summary = packMeasurements([measurement]);
          await change
            .insertInto('measurement_days')
            .values({ day_key: key, phase_name, measurement_name, summary })
            .execute();
        }
      }
      await change
        .deleteFrom('stale_quarters')
        .where('procedure_id', '=', procedureId)
        .where('quarter', '>=', Math.ceil(startsAt / quarterHourMillis))
        .where('quarter', '<', Math.ceil(endsAt / quarterHourMillis))
        .execute();
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
