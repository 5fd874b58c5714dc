import { type Unit, type UnitListItem, units } from '../../../shared/contract/units.ts';
import { toIsoDuration } from '../../../shared/format/duration.ts';
import { readerOf } from '../../http/authentication.ts';
import type { RouteServices } from '../../routeServices.ts';
import { readMetadata } from '../../store/metadata.ts';
import { toPage } from '../../store/pages.ts';
import type { Reader } from '../../store/readers.ts';
import type { Store } from '../../store/tables.ts';
import { isoTime, parseTime } from '../../store/time.ts';
import { firstChildren, listUnits, type UnitListRow } from '../../store/unitList.ts';
import { childrenOf, findCreationRun, findRelative, findUnitDetails, type RelativeRow } from '../../store/units.ts';
import { attachmentsOfUnit } from '../../store/uploads.ts';
import { downloadAddress } from '../../uploadRules.ts';
import { creatorAnswer, partAnswer } from '../answers.ts';
import { orNotFound } from '../existing.ts';

export function unitAnswerRoutes({ mount, store, urls }: RouteServices): void {
  mount(units.list, async ({ query, caller }) => {
    const rows = await listUnits(store, {
      reader: readerOf(caller),
      search: query.search_query,
      ids: query.ids,
      serialNumbers: query.serial_numbers,
      partNumbers: query.part_numbers,
      revisionNumbers: query.revision_numbers,
      batchNumbers: query.batch_numbers,
      userIds: query.created_by_user_ids,
      stationIds: query.created_by_station_ids,
      samples: query.samples,
      metadata: query.metadata,
      createdAfter: parseTime(query.created_after),
      createdBefore: parseTime(query.created_before),
      runCountMin: query.run_count_min,
      runCountMax: query.run_count_max,
      withoutParent: query.exclude_units_with_parent,
      runs: {
        procedureIds: query.procedure_ids,
        outcomes: query.outcomes,
        startedAfter: parseTime(query.started_after),
        startedBefore: parseTime(query.started_before),
      },
      latestOnly: query.latest_only,
      sortBy: query.sort_by,
      sortOrder: query.sort_order,
      limit: query.limit,
      cursor: query.cursor,
    });
    const { data, meta } = toPage(rows, query);
    const children = await firstChildren(
      store,
      data.map(({ id }) => id),
    );
    return {
      data: data.map((row) => ({
        ...header(row),
        children: children
          .filter(({ parent_id }) => parent_id === row.id)
          .map(({ id, serial_number }) => ({ id, serial_number })),
        parent: row.parent_id === null ? null : { id: row.parent_id, serial_number: row.parent_serial_number ?? '' },
        last_run: lastRun(row),
        ...(query.include_metadata ? { metadata: readMetadata(row.metadata_json) } : {}),
      })),
      meta,
    };
  });

  mount(units.get, async ({ params: { serial_number }, caller, origin }) => {
    const reader = readerOf(caller);
    const row = orNotFound(
      await findUnitDetails(store, serial_number, reader),
      `Unit "${serial_number}"`,
      caller.kind === 'station' ? notForStation(caller.name) : undefined,
    );
    const parent = row.parent_id === null ? null : await findRelative(store, row.parent_id);
    const attachments = await attachmentsOfUnit(store, row.id);
    return {
      ...header(row),
      parent: parent && relative(parent),
      children: (await childrenOf(store, row.id)).map(relative),
      created_during: row.created_during_id === null ? null : await creationRun(store, row.created_during_id, reader),
      attachments: attachments.map(({ id, name, size, content_type, stored_at }) => ({
        id,
        name,
        size,
        content_type,
        download_url: stored_at === null ? null : downloadAddress(id, origin, urls),
      })),
      metadata: readMetadata(row.metadata_json),
    };
  });
}

const notForStation = (station: string): string =>
  'it was deleted or renamed, or was never on this server; or it was neither created nor tested by station ' +
  `"${station}", nor in a run of a procedure that is linked to it. Check how it is written.`;

const header = (row: UnitListRow) => ({
  id: row.id,
  serial_number: row.serial_number,
  created_at: isoTime(row.created_at),
  sample: row.sample,
  part: partAnswer(row),
  ...creatorAnswer(row),
  batch: row.batch_id === null || row.batch_number === null ? null : { id: row.batch_id, number: row.batch_number },
});

const relative = (row: RelativeRow): Unit['children'][number] => ({
  id: row.id,
  serial_number: row.serial_number,
  part: partAnswer(row),
});

function lastRun(row: UnitListRow): UnitListItem['last_run'] {
  const { run_id, outcome, started_at, ended_at, procedure_id, procedure_name } = row;
  if (run_id === null || outcome === null || started_at === null || ended_at === null) return null;
  return {
    id: run_id,
    outcome,
    started_at: isoTime(started_at),
    ended_at: isoTime(ended_at),
    procedure: { id: procedure_id ?? '', name: procedure_name ?? '' },
  };
}

async function creationRun(store: Store, id: string, reader: Reader): Promise<Unit['created_during']> {
  const run = await findCreationRun(store, id, reader);
  if (!run) return null;
  return {
    id: run.id,
    created_at: isoTime(run.created_at),
    started_at: isoTime(run.started_at),
    ended_at: isoTime(run.ended_at),
    duration: toIsoDuration(run.ended_at - run.started_at),
    outcome: run.outcome,
    procedure: { id: run.procedure_id, name: run.procedure_name },
  };
}
