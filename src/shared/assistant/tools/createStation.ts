import * as z from 'zod';
import { name60 } from '../../contract/common.ts';
import { stations } from '../../contract/stations.ts';
import { serverTool } from '../tool.ts';
import { ToolError } from '../toolError.ts';
import { untrustedName } from '../untrustedText.ts';
import { findStationsNamed } from './subjects.ts';

export const keyIsMissing =
  'A person has to create the key of the station in the editor, with Generate New Key… in the Stations view. No tool can create or show a key.';

export const createStation = serverTool({
  name: 'create_station',
  title: 'Create Station',
  description:
    'Creates a test station with a name. It has no key yet and no procedures: link them with link_procedure, and tell the user that a person ' +
    'has to create its key in the editor. Use list_stations first: a station that exists is not created a second time. Stations cannot be ' +
    'renamed or removed with tools.',
  input: z.object({ name: z.string().describe('1 to 60 characters in one line.') }),
  output: z.object({ id: z.string(), name: untrustedName, next_step: z.string() }),
  isReadOnly: false,
  isIdempotent: false,
  async answer(input, call) {
    const name = newName(input.name);
    const [existing] = await findStationsNamed(call, name);
    if (existing !== undefined) {
      throw new ToolError(`There is a station with this name: use its id ${existing.id}, or give another name.`);
    }
    const { id } = await call(stations.create, { body: { name } });
    return { id, name, next_step: keyIsMissing };
  },
});

export function newName(text: string): string {
  const parsed = name60.safeParse(text);
  if (parsed.success && !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(parsed.data)) return parsed.data;
  throw new ToolError('Give a name of 1 to 60 characters in one line, without control characters.');
}
