import { id } from '../contract/common.ts';
import { overview } from '../contract/overview.ts';
import { runs } from '../contract/runs.ts';
import { units } from '../contract/units.ts';
import { runMarkdown } from '../export/runMarkdown.ts';
import { withoutIsolates } from '../format/oneLine.ts';
import { reportOf } from '../run/report.ts';
import type { AssistantResource } from './resource.ts';
import { ToolError } from './toolError.ts';
import { getUnitHistory } from './tools/getUnitHistory.ts';
import { stationUptime } from './tools/stationUptime.ts';

const matching = (typed: string) => ({ limit: 20, ...(typed === '' ? {} : { search_query: typed }) });

const unitResource: AssistantResource = {
  name: 'unit',
  title: 'Unit',
  description: 'What the tool get_unit_history returns for a serial number: part, parent, children, and the last runs.',
  mimeType: 'application/json',
  uriTemplate: 'teststations://units/{serial}',
  read: async (serial_number, call) =>
    JSON.stringify(getUnitHistory.output.parse(await getUnitHistory.answer({ serial_number }, call))),
  async complete(typed, call) {
    const { data } = await call(units.list, { query: matching(typed) });
    return data.map(({ serial_number }) => serial_number);
  },
};

const stationUptimeResource: AssistantResource = {
  name: 'station_uptime',
  title: 'Station Uptime',
  description:
    'What the tool station_uptime returns for the last 31 days: uptime, coverage, downtimes with causes, pauses.',
  mimeType: 'application/json',
  uriTemplate: 'teststations://stations/{id}/uptime',
  read: async (station, call) =>
    JSON.stringify(stationUptime.output.parse(await stationUptime.answer({ station, days: 31 }, call))),
  async complete(typed, call) {
    const { data } = await call(overview.list, { query: matching(typed) });
    return data.map(({ id }) => id);
  },
};

const runReport: AssistantResource = {
  name: 'run_report',
  title: 'Run Report',
  description: 'The report of a run: what failed first, then phases, measurements with limits, attachments and logs.',
  mimeType: 'text/markdown',
  uriTemplate: 'teststations://runs/{id}/report',
  async read(value, call) {
    const wanted = id.safeParse(value);
    if (!wanted.success) throw new ToolError('The address has no run id. Use find_runs for the id of a run.');
    return withoutIsolates(runMarkdown(reportOf(await call(runs.get, { params: { id: wanted.data } }))));
  },
  async complete(typed, call) {
    const { data } = await call(runs.list, { query: matching(typed) });
    return data.map((run) => run.id);
  },
};

export const serverResources: readonly AssistantResource[] = [runReport, stationUptimeResource, unitResource];
