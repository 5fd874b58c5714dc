import type { Input } from '../../../shared/contract/operation.ts';
import { type RunListItem, runs } from '../../../shared/contract/runs.ts';
import { sequenceAnswer } from '../../../shared/run/answers.ts';
import { v2RunToNewRun } from '../../../shared/run/v2Run.ts';
import { type Caller, creatorOf } from '../../http/authentication.ts';
import { badRequest, notFound } from '../../http/refusalError.ts';
import { marksOf } from '../../pushMarks.ts';
import { pushRun } from '../../pushRun.ts';
import type { RouteServices } from '../../routeServices.ts';
import { changeRunMetadata, metadataOf } from '../../store/metadata.ts';
import { toPage } from '../../store/pages.ts';
import type { RunFilter } from '../../store/runFilter.ts';
import { listRuns } from '../../store/runList.ts';
import { deleteRuns, existingRuns, type RunRow } from '../../store/runs.ts';
import { attachmentsOf, insertUpload } from '../../store/uploads.ts';
import { linkToRun, ownRun, uploadAddress } from '../../uploadRules.ts';
import { existingRun, readableRun } from '../existing.ts';
import { readRun } from './readRun.ts';
import { attachmentAnswer, contextOf, runHeader } from './runAnswers.ts';
import { testFilter, times } from './runQueries.ts';

const maxMetadata = 50;

export function runRoutes({ mount, mountChange, store, writer, files, urls }: RouteServices): void {
  mount(runs.create, async (call) => {
    const run = v2RunToNewRun(call.body);
    const marks = marksOf(call, call.body.client_run_ref, call.body);
    const push = { run, caller: call.caller, marks };
    const { id } = await writer.push([push], (transaction) => pushRun(transaction, push));
    return { id };
  });

  mount(runs.list, async ({ query, caller }) => {
    const page = { sortBy: query.sort_by, sortOrder: query.sort_order, limit: query.limit, cursor: query.cursor };
    const { data, meta } = toPage(await listRuns(store, filterOf(query, caller), page), query);
    const keys = query.include_metadata ? data.map(({ key }) => key) : [];
    const metadata = await metadataOf(store, keys);
    return {
      data: data.map((row): RunListItem => ({
        ...runHeader(row),
        ...(query.include_metadata ? { metadata: metadata.get(row.key) ?? {} } : {}),
        ...(query.include_sequences ? { sequences: topSequences(row) } : {}),
      })),
      meta,
    };
  });

  mount(runs.get, async ({ params, caller, origin }) => {
    const row = await readableRun(store, params.id, caller);
    const attachments = await attachmentsOf(store, row.id);
    return {
      ...(await readRun(store, row)),
      attachments: attachments.map((upload) => attachmentAnswer(upload, origin, urls)),
    };
  });

  mountChange(runs.update, async (change, { params, body, caller }) => {
    const run = ownRun(await existingRun(change, params.id), caller);
    for (const id of body.attachments ?? []) await linkToRun(change, id, run, caller);
    return { id: run.id };
  });

  mountChange(runs.updateMetadata, async (change, { params, body, caller }) => {
    const run = ownRun(await existingRun(change, params.id), caller);
    await changeRunMetadata(change, run.key, body.metadata ?? {});
    const names = Object.keys((await metadataOf(change, [run.key])).get(run.key) ?? {});
    if (names.length > maxMetadata) throw badRequest(`Metadata may have at most ${maxMetadata} keys.`);
    return { id: run.id };
  });

  mountChange(runs.createAttachment, async (change, { params, body, caller, origin }) => {
    const run = ownRun(await existingRun(change, params.id), caller);
    const id = await insertUpload(change, body.name, creatorOf(caller), { run_id: run.id });
    return { id, upload_url: uploadAddress(id, origin, urls) };
  });

  mount(runs.delete, async ({ query }) => {
    const ids = [...new Set(query.ids)];
    const uploads = await writer.write(async (change) => {
      const existing = new Set(await existingRuns(change, ids));
      const missing = ids.filter((id) => !existing.has(id));
      if (missing.length > 0) throw notFound(`There is no run with the id ${missing.join(', ')}. Nothing was deleted.`);
      return deleteRuns(change, ids);
    });
    await files.remove(uploads);
    return { id: ids };
  });
}

const topSequences = (row: RunRow) =>
  contextOf(row)
    .sequences.filter(({ path }) => !path.includes('/'))
    .map(sequenceAnswer);

const filterOf = (query: Input<typeof runs.list>['query'], caller: Caller): RunFilter => ({
  ...testFilter(query, caller),
  search: query.search_query,
  outcomes: query.outcomes,
  procedureIds: query.procedure_ids,
  executionIds: query.execution_ids,
  slotKeys: query.slot_keys,
  slotNames: query.slot_names,
  ended: times(query.ended_after, query.ended_before),
  created: times(query.created_after, query.created_before),
  metadata: query.metadata,
  failedMeasurements: query.failed_measurements,
});
