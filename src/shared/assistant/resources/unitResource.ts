import { units } from '../../contract/units.ts';
import type { AssistantResource } from '../resource.ts';
import { getUnitHistory } from '../tools/getUnitHistory.ts';

export const unitResource: AssistantResource = {
  name: 'unit',
  title: 'Unit',
  description: 'What the tool get_unit_history returns for a serial number: part, parent, children, and the last runs.',
  mimeType: 'application/json',
  uriTemplate: 'teststations://units/{serial}',
  read: async (serial_number, call) =>
    JSON.stringify(getUnitHistory.output.parse(await getUnitHistory.answer({ serial_number }, call))),
  async complete(typed, call) {
    const { data } = await call(units.list, { query: { limit: 20, ...(typed === '' ? {} : { search_query: typed }) } });
    return data.map(({ serial_number }) => serial_number);
  },
};
