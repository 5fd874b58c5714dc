import * as z from 'zod';
import { fold } from '../fold.ts';
import { procedureSummary } from '../procedures.ts';
import { knownUnitRow, type Push } from '../pushes.ts';
import { markedRun } from '../runs.ts';
import { waitingTrial } from '../studies.ts';
import type { StoreTransaction } from '../tables.ts';
import { prepared } from './prepared.ts';

const lookedUpRow = z.object({
  place: z.number(),
  procedure: procedureSummary.nullable(),
  is_linked: z.boolean(),
  by_push_key: markedRun.nullable(),
  by_ref_key: markedRun.nullable(),
  has_slot_run: z.boolean(),
  unit: knownUnitRow.nullable(),
  named_revision_id: z.string().nullable(),
  /** The revision of the unit, if it is one of the part. */
  own_revision_id: z.string().nullable(),
  oldest_revision_id: z.string().nullable(),
  batch_id: z.string().nullable(),
  version_id: z.string().nullable(),
  operator_id: z.string().nullable(),
  trial: waitingTrial.nullable(),
});
export type LookedUpRow = z.infer<typeof lookedUpRow>;

const runByMark = (column: string): string => `(
  select json_build_object('id', r.id, 'push_hash', r.push_hash, 'procedure_id', r.procedure_id, 'outcome', r.outcome,
    'serial_key', u.serial_key)
  from runs as r join units as u on u.id = r.unit_id where r.${column} = w.${column})`;

const isFound = (rows: string): string => `(select true from ${rows} limit 1) is not null`;

const revision = (condition: string): string => `(
  select rev.id from parts as part join revisions as rev on rev.part_id = part.id
  where part.number_key = w.part and ${condition})`;

/**
 * Each push is looked up by indexes. For joins of all and for `exists`, PostgreSQL may plan to read whole tables while these are small,
 * and the plan is kept when they have grown.
 */
const lookUpStatement = prepared(
  'look_up',
  `
  select w.place, p.found as procedure,
    ${isFound('station_procedures where station_id = w.station_id and procedure_id = p.id')} as is_linked,
    ${runByMark('push_key')} as by_push_key,
    ${runByMark('ref_key')} as by_ref_key,
    ${isFound('runs where execution_id = w.execution_id and slot_key = w.slot_key')} as has_slot_run,
    u.found as unit,
    ${revision('rev.number_key = w.revision')} as named_revision_id,
    ${revision('rev.id = u.revision_id')} as own_revision_id,
    ${revision('w.revision is null order by rev.created_at, rev.rowid limit 1')} as oldest_revision_id,
    (select id from batches where number_key = w.batch) as batch_id,
    (select id from procedure_versions where procedure_id = p.id and tag_key = w.version) as version_id,
    case when w.operator is not null then
      (select id from users where fold(email) = w.operator order by rowid limit 1) end as operator_id,
    (select json_build_object('study_id', t.study_id, 'position', t.position)
      from studies as s join study_trials as t on t.study_id = s.id
      where s.procedure_id = p.id and s.active_since <= w.started_at and t.station_id = w.station_id
        and t.serial_key = w.serial
        and t.position = (select min(position) from study_trials where study_id = s.id and run_key is null)
      limit 1) as trial
  from json_to_recordset($1::json) as w (
    place int, procedure_id text, identifier text, station_id text, push_key text, ref_key text, execution_id text,
    slot_key text, serial text, part text, revision text, batch text, version text, operator text, started_at bigint
  )
  left join lateral (
    select id, json_build_object('id', id, 'name', name, 'identifier', identifier) as found from procedures
    where id = w.procedure_id or identifier_key = w.identifier order by id = w.procedure_id desc limit 1
  ) as p on true
  left join lateral (
    select revision_id, json_build_object('id', id, 'revision_id', revision_id, 'batch_id', batch_id) as found
    from units where serial_key = w.serial limit 1
  ) as u on true`,
);

const folded = (text: string | null): string | null => (text === null ? null : fold(text));

export async function lookUp(change: StoreTransaction, pushes: readonly Push[]): Promise<Map<Push, LookedUpRow>> {
  const wanted = pushes.map(({ run, caller, marks }, place) => ({
    place,
    procedure_id: run.procedure.toLowerCase(),
    identifier: fold(run.procedure),
    station_id: caller.kind === 'station' ? caller.id : null,
    push_key: marks.pushKey,
    ref_key: marks.refKey,
    execution_id: run.execution?.id ?? null,
    slot_key: run.execution?.slotKey ?? null,
    serial: fold(run.serialNumber),
    part: fold(run.partNumber),
    revision: folded(run.revision),
    batch: folded(run.batch),
    version: folded(run.procedureVersion),
    operator: folded(run.operatedBy),
    started_at: run.startedAt,
  }));
  const { rows } = await change.executeQuery(lookUpStatement(JSON.stringify(wanted)));
  const found = new Map<Push, LookedUpRow>();
  for (const row of z.array(lookedUpRow).parse(rows)) {
    const push = pushes[row.place];
    if (push !== undefined) found.set(push, row);
  }
  return found;
}
