import { id } from '../../contract/common.ts';
import { runs } from '../../contract/runs.ts';
import { runMarkdown } from '../../export/runMarkdown.ts';
import { withoutIsolates } from '../../format/oneLine.ts';
import { reportOf } from '../../run/report.ts';
import type { AssistantResource } from '../resource.ts';
import { ToolError } from '../toolError.ts';

export const runReport: AssistantResource = {
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
    const { data } = await call(runs.list, { query: { limit: 20, ...(typed === '' ? {} : { search_query: typed }) } });
    return data.map((run) => run.id);
  },
};
