import * as z from 'zod';
import { outcome } from '../../contract/common.ts';
import { procedures } from '../../contract/procedures.ts';
import { readingTool } from '../tool.ts';
import { untrustedName } from '../untrustedText.ts';
import { AnswerPage, next, pageInputs } from './answerPage.ts';
import { given } from './inputs.ts';

const row = z.object({
  id: z.string(),
  identifier: untrustedName.nullable().describe('The short name that scripts use.'),
  name: untrustedName,
  created_at: z.string(),
  last_run: z.object({ id: z.string(), outcome, started_at: z.string() }).nullable(),
});

export const listProcedures = readingTool({
  name: 'list_procedures',
  title: 'List Procedures',
  description:
    'Lists the procedures (tests) of the server with id, identifier and last run, newest procedure first. Use it to find the id of a ' +
    'procedure by a part of its name. Its yield is in get_yield, its measurements in list_measurements.',
  input: z.object({
    query: z.string().optional().describe('A part of the name, or the beginning of the identifier.'),
    ...pageInputs,
  }),
  output: z.object({ procedures: z.array(row), next }),
  async answer(input, call) {
    const page = new AnswerPage(input);
    const query = given(input.query);
    const { data, meta } = await call(procedures.list, {
      query: { limit: page.limit, cursor: page.offset, ...(query === undefined ? {} : { search_query: query }) },
    });
    const rows = data.map(({ id, identifier, name, created_at, runs: [last] }) => ({
      id,
      identifier: identifier ?? null,
      name,
      created_at,
      last_run: last === undefined ? null : { id: last.id, outcome: last.outcome, started_at: last.started_at },
    }));
    return { procedures: page.takeLoaded(row, rows, meta.has_more), next: page.next };
  },
});
