import * as z from 'zod';
import { procedureIdentifier, procedures } from '../../contract/procedures.ts';
import { serverTool } from '../tool.ts';
import { ToolError } from '../toolError.ts';
import { untrustedName } from '../untrustedText.ts';
import { newName } from './createStation.ts';
import { given } from './inputs.ts';
import { findProceduresNamed } from './subjects.ts';

export const createProcedure = serverTool({
  name: 'create_procedure',
  title: 'Create Procedure',
  description:
    'Creates a procedure, under which runs are stored, with a name and if wanted an identifier that scripts use, such as FVT1. Use ' +
    'list_procedures first: a procedure that exists is not created a second time. A station can push its runs only after link_procedure. ' +
    'Procedures cannot be renamed or removed with tools.',
  input: z.object({
    name: z.string().describe('1 to 60 characters in one line.'),
    identifier: z.string().optional().describe('1 to 60 letters, digits or _ . : + -'),
  }),
  output: z.object({ id: z.string(), name: untrustedName, identifier: z.string().nullable() }),
  isReadOnly: false,
  isIdempotent: false,
  async answer(input, call) {
    const name = newName(input.name);
    const identifier = given(input.identifier);
    if (identifier !== undefined && !procedureIdentifier.safeParse(identifier).success) {
      throw new ToolError('Give an identifier of 1 to 60 letters, digits or _ . : + -, or none.');
    }
    const [existing] = await findProceduresNamed(call, name);
    if (existing !== undefined) {
      throw new ToolError(`There is a procedure with this name: use its id ${existing.id}, or give another name.`);
    }
    const { id } = await call(procedures.create, {
      body: { name, ...(identifier === undefined ? {} : { identifier }) },
    });
    return { id, name, identifier: identifier ?? null };
  },
});
