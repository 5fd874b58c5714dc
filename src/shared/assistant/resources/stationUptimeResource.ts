import { overview } from '../../contract/overview.ts';
import type { AssistantResource } from '../resource.ts';
import { stationUptime } from '../tools/stationUptime.ts';

export const stationUptimeResource: AssistantResource = {
  name: 'station_uptime',
  title: 'Station Uptime',
  description:
    'What the tool station_uptime returns for the last 31 days: uptime, coverage, downtimes with causes, pauses.',
  mimeType: 'application/json',
  uriTemplate: 'teststations://stations/{id}/uptime',
  read: async (station, call) =>
    JSON.stringify(stationUptime.output.parse(await stationUptime.answer({ station, days: 31 }, call))),
  async complete(typed, call) {
    const { data } = await call(overview.list, {
      query: { limit: 20, ...(typed === '' ? {} : { search_query: typed }) },
    });
    return data.map(({ id }) => id);
  },
};
