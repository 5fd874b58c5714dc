import * as z from 'zod';
import { overview, stationState } from '../../contract/overview.ts';
import { serverTool } from '../tool.ts';
import { untrustedText } from '../untrustedText.ts';

const pageSize = 50;

export const listStations = serverTool({
  name: 'list_stations',
  title: 'List Stations',
  description:
    'Lists the test stations of the server with their connection state and the procedures that are linked to them. ' +
    'Use it to find the id of a station by its name. At most 50 stations are returned; narrow the list by a part of the name.',
  input: z.object({
    query: z.string().optional().describe('A part of the name.'),
  }),
  output: z.object({
    stations: z.array(
      z.object({
        id: z.string(),
        name: untrustedText,
        state: stationState,
        state_since: z.string().nullable(),
        last_seen_at: z.string().nullable(),
        is_paused: z.boolean(),
        has_key: z.boolean(),
        procedures: z.array(z.object({ id: z.string(), name: untrustedText })),
      }),
    ),
    has_more: z.boolean(),
  }),
  isReadOnly: true,
  isIdempotent: true,
  async answer({ query }, call) {
    const { data, meta } = await call(overview.list, {
      query: { limit: pageSize, ...(query === undefined ? {} : { search_query: query }) },
    });
    return {
      stations: data.map(({ id, name, state, state_since, last_seen_at, pauses, key, procedures }) => ({
        id,
        name,
        state,
        state_since,
        last_seen_at,
        is_paused: pauses.length > 0,
        has_key: key !== null,
        procedures: procedures.map((procedure) => ({ id: procedure.id, name: procedure.name })),
      })),
      has_more: meta.has_more,
    };
  },
});
