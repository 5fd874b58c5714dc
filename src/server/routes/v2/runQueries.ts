import type * as z from 'zod';
import type { durationQuery, operatorQuery, runFilterQuery, startQuery } from '../../../shared/contract/runs.ts';
import { parseDuration } from '../../../shared/format/duration.ts';
import { type Caller, readerOf } from '../../http/authentication.ts';
import { badRequest } from '../../http/refusalError.ts';
import type { Range, RunFilter } from '../../store/runFilter.ts';
import { parseTime } from '../../store/time.ts';

type Read<Shape extends z.ZodRawShape> = z.output<z.ZodObject<Shape>>;

export const times = (after: string | undefined, before: string | undefined): Range => ({
  from: parseTime(after),
  to: parseTime(before),
});

function durationMillis(text: string | undefined): number | undefined {
  const length = text === undefined ? undefined : parseDuration(text);
  if (length === null) throw badRequest(`The duration "${text}" must be in weeks, days, hours, minutes and seconds.`);
  return length;
}

export const sharedFilter = (query: Read<typeof runFilterQuery>, caller: Caller): RunFilter => ({
  reader: readerOf(caller),
  versions: query.procedure_versions,
  serialNumbers: query.serial_numbers,
  samples: query.samples,
  partNumbers: query.part_numbers,
  revisionNumbers: query.revision_numbers,
  batchNumbers: query.batch_numbers,
  userIds: query.created_by_user_ids,
  stationIds: query.created_by_station_ids,
  deploymentIds: query.deployment_ids,
  environments: query.environments,
});

type TestQuery = typeof runFilterQuery & typeof operatorQuery & typeof startQuery & typeof durationQuery;

/** @throws RefusalError (400) for durations in years or months, whose lengths vary */
export const testFilter = (
  query: Read<TestQuery> & { ids?: readonly string[] | undefined },
  caller: Caller,
): RunFilter => ({
  ...sharedFilter(query, caller),
  ids: query.ids,
  operatorIds: query.operated_by_ids,
  operatorNames: query.operated_by_names,
  started: times(query.started_after, query.started_before),
  duration: { from: durationMillis(query.duration_min), to: durationMillis(query.duration_max) },
});
