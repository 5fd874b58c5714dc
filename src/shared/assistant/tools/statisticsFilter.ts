import * as z from 'zod';
import type { CallOperation } from '../tool.ts';
import { startedIn, type StatisticsPeriod, statisticsPeriodOf, statisticsTimeInputs } from './inputs.ts';
import { findProcedure, type Named, named, optionalStation, procedureInput, stationInput } from './subjects.ts';

export const statisticsInput = {
  procedure: procedureInput,
  station: stationInput.optional(),
  ...statisticsTimeInputs,
};

export const appliedFilter = z.object({
  procedure: named.nullable(),
  station: named.nullable(),
  period: z.string(),
  since: z.string().nullable(),
  until: z.string().nullable(),
  attempts: z.enum(['all', 'first']),
  time_zone: z.string().nullable().describe('Of the days, which count as a whole, also the first and the last one.'),
  first_run_at: z.string().nullable().describe('The start of the first run that was counted.'),
  last_run_at: z.string().nullable(),
  left_out: z.string(),
});

export const leftOut = 'Runs of reference units and of gauge studies are not counted.';

export interface StatisticsFilter {
  readonly procedure: Named;
  readonly station: Named | null;
  readonly range: StatisticsPeriod;
  readonly attempts: 'all' | 'first';
}

interface FilterInput {
  readonly procedure: string;
  readonly station?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly attempts?: 'all' | 'first' | undefined;
}

export async function statisticsFilterOf(call: CallOperation, input: FilterInput): Promise<StatisticsFilter> {
  const range = statisticsPeriodOf(input);
  const procedure = await findProcedure(call, input.procedure);
  const station = await optionalStation(call, input.station);
  return { procedure, station, range, attempts: input.attempts ?? 'all' };
}

export const analyticsQuery = ({ station, range, attempts }: StatisticsFilter) => ({
  ...(station === null ? {} : { station_ids: [station.id] }),
  ...startedIn(range),
  attempts,
});

interface Covered {
  readonly time_zone: string;
  readonly from: number | null;
  readonly to: number | null;
}

export const appliedFilterOf = (
  { procedure, station, range, attempts }: StatisticsFilter,
  { time_zone, from, to }: Covered,
): z.input<typeof appliedFilter> => ({
  procedure,
  station,
  ...range,
  attempts,
  time_zone,
  first_run_at: isoOrNull(from),
  last_run_at: isoOrNull(to),
  left_out: leftOut,
});

export const isoOrNull = (millis: number | null): string | null =>
  millis === null ? null : new Date(millis).toISOString();

/** Returns the query that lists the runs that an answer of statistics counted, apart from runs of gauge studies. */
export const countedRunsQuery = ({ procedure, station }: StatisticsFilter, { from, to }: Covered) => ({
  procedure_ids: [procedure.id],
  ...countedRows({ station }, { from, to }),
});

export const countedRows = (
  { station }: Pick<StatisticsFilter, 'station'>,
  { from, to }: Pick<Covered, 'from' | 'to'>,
) => ({
  ...(station === null ? {} : { created_by_station_ids: [station.id] }),
  samples: ['production' as const],
  ...startedIn({ since: isoOrNull(from), until: isoOrNull(to) }),
});
