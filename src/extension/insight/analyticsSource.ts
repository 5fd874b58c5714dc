import { analytics, type MeasurementSummary } from '../../shared/contract/analytics.ts';
import type { Answer, Operation } from '../../shared/contract/operation.ts';
import type { CallInput } from '../client/stationApi.ts';
import type { Connection } from '../connection/connection.ts';
import { ListedAnalytics } from './listedAnalytics.ts';

const dayMs = 24 * 3_600_000;

type Query<O extends Operation> = NonNullable<CallInput<O>['query']>;

/** Asks the connected server for statistics, or computes those of the newest runs if the server computes none. */
export class AnalyticsSource {
  readonly #connection: Connection;
  readonly #listed: ListedAnalytics;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#listed = new ListedAnalytics(connection);
  }

  isComputedByServer(): Promise<boolean> {
    return this.#connection.can('analytics');
  }

  async procedure(
    id: string,
    query: Query<typeof analytics.procedure> = {},
  ): Promise<Answer<typeof analytics.procedure>> {
    if (!(await this.isComputedByServer())) return this.#listed.procedure(id, analytics.procedure.query.parse(query));
    return this.#connection.call(analytics.procedure, { params: { id }, query });
  }

  async routes(
    id: string,
    query: Query<typeof analytics.routes> = {},
  ): Promise<Answer<typeof analytics.routes> | null> {
    if (!(await this.isComputedByServer())) return null;
    return this.#connection.call(analytics.routes, { params: { id }, query });
  }

  async measurements(
    id: string,
    query: Query<typeof analytics.measurements> = {},
  ): Promise<Answer<typeof analytics.measurements>> {
    if (!(await this.isComputedByServer()))
      return this.#listed.measurements(id, analytics.measurements.query.parse(query));
    return this.#connection.call(analytics.measurements, { params: { id }, query });
  }

  /**
   * Returns the measurements of the last `days` days, or those of the newest runs, with their number, if the server computes no
   * statistics.
   */
  async hints(
    id: string,
    days: number,
  ): Promise<{ readonly measurements: readonly MeasurementSummary[]; readonly runs: number | null }> {
    if (!(await this.isComputedByServer())) return this.#listed.hints(id);
    const started_after = new Date(Date.now() - (days - 1) * dayMs).toISOString();
    const { measurements } = await this.#connection.call(analytics.measurements, {
      params: { id },
      query: { started_after },
    });
    return { measurements, runs: null };
  }

  async measurement(
    id: string,
    query: Query<typeof analytics.measurement>,
  ): Promise<Answer<typeof analytics.measurement>> {
    if (!(await this.isComputedByServer()))
      return this.#listed.measurement(id, analytics.measurement.query.parse(query));
    return this.#connection.call(analytics.measurement, { params: { id }, query });
  }

  async values(id: string, query: Query<typeof analytics.values>): Promise<Answer<typeof analytics.values>> {
    if (!(await this.isComputedByServer())) return this.#listed.values(id, analytics.values.query.parse(query));
    return this.#connection.call(analytics.values, { params: { id }, query });
  }
}
