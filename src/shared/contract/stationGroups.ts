import * as z from 'zod';
import { id, operation } from './common.ts';

export const groupSeparator = ' / ';
const maxLevels = 4;
const maxLevelLength = 40;

export const groupLevels = (group: string): string[] =>
  group
    .split('/')
    .map((level) => level.trim())
    .filter((level) => level !== '');

/** Where a station is, such as "Plant 2 / Line 4". It is stored with one blank on each side of a slash. */
export const stationGroup = z
  .string()
  .transform(groupLevels)
  .refine((levels) => levels.length > 0, 'The group must not be empty.')
  .refine((levels) => levels.length <= maxLevels, `A group has up to ${maxLevels} levels, separated by slashes.`)
  .refine(
    (levels) => levels.every((level) => level.length <= maxLevelLength),
    `Each level of a group must be at most ${maxLevelLength} characters long.`,
  )
  .transform((levels) => levels.join(groupSeparator));

/** The number of stations in one call: the ids of all of them are in its entry in the audit log. */
export const maxGroupedStations = 400;

export const stationGroups = {
  /** Sets the group of all of the stations, or of none if one of them does not exist. */
  set: operation('local.stations.setGroup', 'PUT', '/api/local/station-groups', {
    body: z.object({
      station_ids: z.array(id).min(1, 'Name at least one station.').max(maxGroupedStations),
      group: stationGroup.nullable(),
    }),
    answer: z.object({ group: z.string().nullable() }),
    refusals: [404],
  }),
} as const;
