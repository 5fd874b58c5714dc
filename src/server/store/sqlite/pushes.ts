import * as z from 'zod';
import { fold } from '../fold.ts';
import { isUseStored, keyOf, keyRow } from '../keys.ts';
import { type ProcedureSummary, procedureSummary } from '../procedures.ts';
import { type FoundByPush, type KnownUnit, knownUnitRow, type Push, type Pushes } from '../pushes.ts';
import { type MarkedRun, markedRun } from '../runs.ts';
import { type WaitingTrial, waitingTrial } from '../studies.ts';
import { insertRun } from './insertRun.ts';
import type { Statements } from './statements.ts';

const changed = z.object({ changes: z.number() });

/** All of it happens on the one connection of the store, so statements within a change belong to the change. */
export const sqlitePushes = (sql: Statements): Pushes => ({
  findKey: (hash) =>
    keyOf(
      sql.first(
        keyRow,
        `select k.id, k.hash, k.last_used_at, u.id as user_id, u.name as user_name, u.role as user_role,
           s.id as station_id, s.name as station_name
         from api_keys as k left join users as u on u.id = k.user_id left join stations as s on s.id = k.station_id
         where k.hash = ?`,
        hash,
      ),
    ),

  saveKeyUse(key, now) {
    // Within the transaction of another request, a failure would undo that request.
    if (sql.isOpen || isUseStored(key, now)) return;
    sql.run('update api_keys set last_used_at = ? where id = ?', now, key.id);
  },

  begin: (change) => ({
    get changeCount() {
      return sql.first(changed, 'select total_changes() as changes')?.changes ?? NaN;
    },
    find: (push) => find(sql, push),
    insertRun: (push, references) => insertRun(sql, push, references),
    change: () => change,
  }),

  stop: () => undefined,
});

function find(sql: Statements, { run, caller, marks }: Push): FoundByPush {
  const procedure = findProcedure(sql, run.procedure);
  const { execution } = run;
  const station = caller.kind === 'station' ? caller.id : null;
  const unit = findUnit(sql, run.serialNumber);
  return {
    procedure,
    isLinked:
      station !== null &&
      procedure !== null &&
      sql.has('select 1 from station_procedures where station_id = ? and procedure_id = ?', station, procedure.id),
    byPushKey: marks.pushKey === null ? null : findRunByMark(sql, 'push_key', marks.pushKey),
    byRefKey: marks.refKey === null ? null : findRunByMark(sql, 'ref_key', marks.refKey),
    hasSlotRun:
      execution !== null &&
      sql.has('select 1 from runs where execution_id = ? and slot_key = ?', execution.id, execution.slotKey),
    unit,
    revisionId: findRevision(sql, run, unit),
    batchId: run.batch === null ? null : sql.id('select id from batches where number_key = ?', fold(run.batch)),
    versionId:
      run.procedureVersion === null || procedure === null
        ? null
        : sql.id(
            'select id from procedure_versions where procedure_id = ? and tag_key = ?',
            procedure.id,
            fold(run.procedureVersion),
          ),
    operatorId:
      run.operatedBy === null
        ? null
        : sql.id('select id from users where fold(email) = ? order by rowid', fold(run.operatedBy)),
    trial: station === null || procedure === null ? null : findWaitingTrial(sql, run, procedure.id, station),
  };
}

const findProcedure = (sql: Statements, idOrIdentifier: string): ProcedureSummary | null =>
  sql.first(
    procedureSummary,
    `select id, name, identifier from procedures where id = ?1
     union all select id, name, identifier from procedures where identifier_key = ?2 limit 1`,
    idOrIdentifier.toLowerCase(),
    fold(idOrIdentifier),
  ) ?? null;

const findRunByMark = (sql: Statements, column: 'push_key' | 'ref_key', mark: string): MarkedRun | null =>
  sql.first(
    markedRun,
    `select r.id, r.push_hash, r.procedure_id, r.outcome, u.serial_key
     from runs as r join units as u on u.id = r.unit_id where r.${column} = ?`,
    mark,
  ) ?? null;

const findUnit = (sql: Statements, serialNumber: string): KnownUnit | null =>
  sql.first(knownUnitRow, 'select id, revision_id, batch_id from units where serial_key = ?', fold(serialNumber)) ??
  null;

function findRevision(sql: Statements, run: Push['run'], unit: KnownUnit | null): string | null {
  const ofPart = `select rev.id from parts as p join revisions as rev on rev.part_id = p.id where p.number_key = ?`;
  const part = fold(run.partNumber);
  if (run.revision !== null) return sql.id(`${ofPart} and rev.number_key = ?`, part, fold(run.revision));
  return sql.id(
    `${ofPart} order by rev.id is not ?, rev.created_at, rev.rowid limit 1`,
    part,
    unit?.revision_id ?? null,
  );
}

const findWaitingTrial = (
  sql: Statements,
  { startedAt, serialNumber }: Push['run'],
  procedureId: string,
  stationId: string,
): WaitingTrial | null =>
  sql.first(
    waitingTrial,
    `select t.study_id, t.position from studies as s join study_trials as t on t.study_id = s.id
     where s.procedure_id = ? and s.active_since <= ? and t.station_id = ? and t.serial_key = ?
       and t.position = (select min(position) from study_trials where study_id = s.id and run_key is null)`,
    procedureId,
    startedAt,
    stationId,
    fold(serialNumber),
  ) ?? null;
