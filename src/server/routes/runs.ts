import { runs } from '../../contract/runs.ts';
import { notFound } from '../refusal.ts';
import type { Rooms } from '../rooms.ts';
import { toPage } from '../store/pages.ts';
import { logsOf, phasesOf, subUnitsOf } from '../store/runDetails.ts';
import { findRun, listRuns } from '../store/runs.ts';
import { attachmentsOf } from '../store/uploads.ts';
import { attachmentAnswer, logAnswer, phaseAnswer, runHeader } from './runAnswers.ts';

const millis = (time: string | undefined): number | undefined => (time === undefined ? undefined : Date.parse(time));

export function runRoutes({ mount, store, urls }: Rooms): void {
  mount(runs.list, async ({ query }) => {
    const rows = await listRuns(store, {
      search: query.search_query,
      ids: query.ids,
      outcomes: query.outcomes,
      procedureIds: query.procedure_ids,
      serialNumbers: query.serial_numbers,
      partNumbers: query.part_numbers,
      stationIds: query.created_by_station_ids,
      startedAfter: millis(query.started_after),
      startedBefore: millis(query.started_before),
      sortBy: query.sort_by,
      sortOrder: query.sort_order,
      limit: query.limit,
      cursor: query.cursor,
    });
    const { data, meta } = toPage(rows, query);
    return { data: data.map(runHeader), meta };
  });

  mount(runs.get, async ({ params, origin }) => {
    const row = await findRun(store, params.id);
    if (!row) throw notFound(`There is no run with the id ${params.id}: it was deleted, or belongs to another server.`);
    const attachments = await attachmentsOf(store, row.id);
    return {
      ...runHeader(row),
      docstring: row.docstring,
      phases: (await phasesOf(store, row.id)).map(phaseAnswer),
      attachments: attachments.map((upload) => attachmentAnswer(upload, origin, urls)),
      logs: (await logsOf(store, row.id)).map(logAnswer),
      sub_units: await subUnitsOf(store, row.id),
    };
  });
}
