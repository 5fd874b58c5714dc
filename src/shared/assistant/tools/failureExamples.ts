import { failureCausesOf } from '../../analytics/failureCauses.ts';
import type { FailureCause } from '../../contract/analytics.ts';
import type { Outcome } from '../../contract/common.ts';
import { measurements, phases } from '../../contract/explorer.ts';
import { type Run, runs } from '../../contract/runs.ts';
import type { CallOperation } from '../tool.ts';
import { countedRows, countedRunsQuery, type StatisticsFilter } from './statisticsFilter.ts';

const mostExamples = 3;
const mostCandidates = 20;
const mostRuns = 100;

type Cause = Pick<FailureCause, 'kind' | 'phase_name' | 'measurement_name'>;
type Covered = Parameters<typeof countedRunsQuery>[1];

export class FailureExamples {
  readonly #call: CallOperation;
  readonly #filter: StatisticsFilter;
  readonly #covered: Covered;
  readonly #loaded = new Map<string, Promise<Run>>();

  constructor(call: CallOperation, filter: StatisticsFilter, covered: Covered) {
    this.#call = call;
    this.#filter = filter;
    this.#covered = covered;
  }

  async of(cause: Cause): Promise<string[]> {
    const examples: string[] = [];
    for (const id of new Set(await this.#candidates(cause))) {
      if (examples.length === mostExamples) break;
      if (this.#isCounted(await this.#run(id), cause)) examples.push(id);
    }
    return examples;
  }

  #isCounted(run: Run, cause: Cause): boolean {
    return (
      run.gauge_study === undefined &&
      failureCausesOf(run).some(
        ({ kind, phase_name, measurement_name }) =>
          kind === cause.kind && phase_name === cause.phase_name && measurement_name === cause.measurement_name,
      )
    );
  }

  #run(id: string): Promise<Run> {
    const loading = this.#loaded.get(id) ?? this.#call(runs.get, { params: { id } });
    this.#loaded.set(id, loading);
    return loading;
  }

  async #candidates({ kind, phase_name, measurement_name }: Cause): Promise<string[]> {
    if (phase_name === null) {
      const outcomes: Outcome[] = [kind === 'timeout' ? 'TIMEOUT' : kind === 'run_error' ? 'ERROR' : 'FAIL'];
      const query = { ...countedRunsQuery(this.#filter, this.#covered), outcomes, limit: mostCandidates };
      return (await this.#call(runs.list, { query })).data.map(({ id }) => id);
    }
    const rows = {
      procedure_id: this.#filter.procedure.id,
      ...countedRows(this.#filter, this.#covered),
      exclude_retries: 'true',
      limit: mostCandidates,
    };
    if (measurement_name !== null) {
      // The server has an index of the runs in which a measurement failed; it would read all rows of the others.
      const failing = { ...countedRunsQuery(this.#filter, this.#covered), failed_measurements: [measurement_name] };
      const { data: found } = await this.#call(runs.list, { query: { ...failing, limit: mostRuns } });
      const ids = found.map(({ id }) => id);
      if (ids.length === 0) return [];
      const query = { ...rows, ids, phase_name, measurement_name, measurement_outcomes: ['FAIL' as const] };
      return (await this.#call(measurements.list, { query })).data.map(({ run_id }) => run_id);
    }
    const outcomes = [kind === 'phase_error' ? ('ERROR' as const) : ('FAIL' as const)];
    const query = { ...rows, names: [phase_name], outcomes };
    return (await this.#call(phases.list, { query })).data.map(({ run_id }) => run_id);
  }
}
