import * as z from 'zod';
import { local } from '../../contract/local.ts';
import { overview } from '../../contract/overview.ts';
import { serverTool } from '../tool.ts';
import { keyIsMissing } from './createStation.ts';
import { findProcedure, findStation, named, procedureInput, stationInput } from './subjects.ts';

export const linkProcedure = serverTool({
  name: 'link_procedure',
  title: 'Link Procedure',
  description:
    'Allows a station to push runs of a procedure. Linking them again changes nothing. The answer says whether the station has a key: without ' +
    'one it cannot push, and only a person can create it in the editor. Links cannot be removed with tools.',
  input: z.object({ station: stationInput, procedure: procedureInput }),
  output: z.object({ station: named, procedure: named, has_key: z.boolean(), next_step: z.string().nullable() }),
  isReadOnly: false,
  isIdempotent: true,
  async answer(input, call) {
    const station = await findStation(call, input.station);
    const procedure = await findProcedure(call, input.procedure);
    await call(local.linkProcedure, { params: { id: station.id, procedure_id: procedure.id } });
    const { key } = await call(overview.get, { params: { id: station.id } });
    return { station, procedure, has_key: key !== null, next_step: key === null ? keyIsMissing : null };
  },
});
