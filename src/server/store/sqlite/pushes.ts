import { fold } from '../fold.ts';
import { isUseStored, keyOf, keyRow } from '../keys.ts';
import { procedureSummary } from '../procedures.ts';
import { knownUnitRow, type Pushes } from '../pushes.ts';
import { markedRun } from '../runs.ts';
import { waitingTrial } from '../studies.ts';
import { insertRun } from './insertRun.ts';
import type { Statements } from './statements.ts';

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

  findProcedure: (_store, idOrIdentifier) =>
    sql.first(
      procedureSummary,
      `select id, name, identifier from procedures where id = ?1
       union all select id, name, identifier from procedures where identifier_key = ?2 limit 1`,
      idOrIdentifier.toLowerCase(),
      fold(idOrIdentifier),
    ),

  isLinked: (_store, stationId, procedureId) =>
    sql.has('select 1 from station_procedures where station_id = ? and procedure_id = ?', stationId, procedureId),

  findRunByMark: (_store, column, mark) =>
    sql.first(
      markedRun,
      `select r.id, r.push_hash, r.procedure_id, r.outcome, u.serial_key
       from runs as r join units as u on u.id = r.unit_id where r.${column} = ?`,
      mark,
    ),

  hasSlotRun: (_store, executionId, slotKey) =>
    sql.has('select 1 from runs where execution_id = ? and slot_key = ?', executionId, slotKey),

  findUnit: (_store, serialNumber) =>
    sql.first(
      knownUnitRow,
      'select id, serial_number, revision_id, batch_id from units where serial_key = ?',
      fold(serialNumber),
    ),

  findRevision(_store, run, unit) {
    const ofPart = `select rev.id from parts as p join revisions as rev on rev.part_id = p.id where p.number_key = ?`;
    const part = fold(run.partNumber);
    if (run.revision !== null) return sql.id(`${ofPart} and rev.number_key = ?`, part, fold(run.revision));
    return sql.id(
      `${ofPart} order by rev.id is not ?, rev.created_at, rev.rowid limit 1`,
      part,
      unit?.revision_id ?? null,
    );
  },

  findBatch: (_store, number) => sql.id('select id from batches where number_key = ?', fold(number)),

  findVersion: (_store, procedureId, tag) =>
    sql.id('select id from procedure_versions where procedure_id = ? and tag_key = ?', procedureId, fold(tag)),

  insertUnit(_change, { id, serialNumber, revision_id, batch_id, runId, by }) {
    sql.run(
      `insert into units (id, serial_number, serial_key, revision_id, batch_id, created_at, created_during_id,
         created_by_user_id, created_by_station_id) values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      id,
      serialNumber,
      fold(serialNumber),
      revision_id,
      batch_id,
      Date.now(),
      runId,
      by.created_by_user_id,
      by.created_by_station_id,
    );
  },

  moveUnit(_change, id, { revision_id, batch_id }) {
    sql.run('update units set revision_id = ?, batch_id = ? where id = ?', revision_id, batch_id, id);
  },

  insertRun: (_change, run, references) => insertRun(sql, run, references),

  findWaitingTrial: (_store, { procedureId, startedAt, stationId, serialNumber }) =>
    sql.first(
      waitingTrial,
      `select t.study_id, t.position from studies as s join study_trials as t on t.study_id = s.id
       where s.procedure_id = ? and s.active_since <= ? and t.station_id = ? and t.serial_key = ?
         and t.position = (select min(position) from study_trials where study_id = s.id and run_key is null)`,
      procedureId,
      startedAt,
      stationId,
      fold(serialNumber),
    ),
});
