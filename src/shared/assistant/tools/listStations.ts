import * as z from 'zod';
import { overview, stationState } from '../../contract/overview.ts';
import { readingTool } from '../tool.ts';
import { untrustedName } from '../untrustedText.ts';
import { AnswerPage, next, pageInputs } from './answerPage.ts';
import { given } from './inputs.ts';
import { named } from './subjects.ts';

const mostProcedures = 10;

const row = z.object({
  id: z.string(),
  name: untrustedName,
  state: stationState,
  state_since: z.string().nullable(),
  last_seen_at: z.string().nullable(),
  is_paused: z.boolean(),
  has_key: z.boolean(),
  procedures: z.array(named).describe(`The first ${mostProcedures} that are linked to it.`),
  procedure_count: z.number(),
});

export const listStations = readingTool({
  name: 'list_stations',
  title: 'List Stations',
  description:
    'Lists the test stations of the server with their connection state and the procedures that are linked to them. ' +
    'Use it to find the id of a station by a part of its name. What runs on one now is in get_live_test, its history in station_uptime.',
  input: z.object({
    query: z.string().optional().describe('A part of the name.'),
    ...pageInputs,
  }),
  output: z.object({ stations: z.array(row), next }),
  async answer(input, call) {
    const page = new AnswerPage(input);
    const query = given(input.query);
    const { data, meta } = await call(overview.list, {
      query: { limit: page.limit, cursor: page.offset, ...(query === undefined ? {} : { search_query: query }) },
    });
    const rows = data.map(({ id, name, state, state_since, last_seen_at, pauses, key, procedures }) => ({
      id,
      name,
      state,
      state_since,
      last_seen_at,
      is_paused: pauses.length > 0,
      has_key: key !== null,
      procedures: procedures.slice(0, mostProcedures).map((procedure) => ({ id: procedure.id, name: procedure.name })),
      procedure_count: procedures.length,
    }));
    return { stations: page.takeLoaded(row, rows, meta.has_more), next: page.next };
  },
});
