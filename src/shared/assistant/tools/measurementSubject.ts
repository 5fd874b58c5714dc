import * as z from 'zod';
import { analytics } from '../../contract/analytics.ts';
import type { CallOperation } from '../tool.ts';
import { ToolError } from '../toolError.ts';
import { untrustedName } from '../untrustedText.ts';
import { given, startedIn } from './inputs.ts';
import { analyticsQuery, isoOrNull, type StatisticsFilter } from './statisticsFilter.ts';

export const measurementInputs = {
  measurement: z.string().describe('The name of a measurement, as list_measurements returns it.'),
  phase: z.string().optional().describe('The name of its phase; needed if several phases have the measurement.'),
};

interface FoundMeasurement {
  readonly phase_name: string;
  readonly measurement_name: string;
  /** The query for its values. By itself, that of values does not count the last day as a whole. */
  readonly query: ReturnType<typeof analyticsQuery> & {
    readonly phase_name: string;
    readonly measurement_name: string;
    readonly started_before?: string;
  };
}

/** @throws ToolError if the runs of the filter do not have exactly one such measurement */
export async function findMeasurement(
  call: CallOperation,
  filter: StatisticsFilter,
  input: { readonly measurement: string; readonly phase?: string | undefined },
): Promise<FoundMeasurement> {
  const query = analyticsQuery(filter);
  const { measurements, to } = await call(analytics.measurements, { params: { id: filter.procedure.id }, query });
  if (measurements.length === 0) {
    throw new ToolError('No run of this procedure, station and time has measurements: widen the filter.');
  }
  const phase = given(input.phase);
  const named = matching(measurements, input.measurement, ({ measurement_name }) => measurement_name);
  const found = phase === undefined ? named : matching(named, phase, ({ phase_name }) => phase_name);
  const [only, ...others] = found;
  if (only === undefined) {
    throw new ToolError('The procedure has no such measurement in this time: call list_measurements for the names.');
  }
  if (others.length === 0) {
    const name = { phase_name: only.phase_name, measurement_name: only.measurement_name };
    // All runs of the first day count, so that the last one may have started before `since`.
    const until =
      [isoOrNull(to), filter.range.since]
        .filter((time) => time !== null)
        .sort()
        .at(-1) ?? null;
    return { ...name, query: { ...query, ...name, ...startedIn({ since: null, until }) } };
  }
  throw new ToolError('Several phases have this measurement: give the phase as well, as list_measurements returns it.');
}

function matching<T>(all: readonly T[], text: string, nameOf: (item: T) => string): readonly T[] {
  const tests = [
    (name: string) => name === text,
    (name: string) => untrustedName.parse(name) === text.trim(),
    (name: string) => name.trim().toLowerCase() === text.trim().toLowerCase(),
  ];
  return tests.map((isWanted) => all.filter((item) => isWanted(nameOf(item)))).find(({ length }) => length > 0) ?? [];
}
