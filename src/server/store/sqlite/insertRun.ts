import { failedMeasurements } from '../../../shared/run/failedMeasurements.ts';
import type { NewLog, NewPhase } from '../../../shared/run/newRun.ts';
import { fold } from '../fold.ts';
import type { Push, RunReferences } from '../pushes.ts';
import { maxLogMessage, maxSourceFile, withColumnNames } from '../runRows.ts';
import { storedMeasurement } from '../storedMeasurement.ts';
import type { Statements } from './statements.ts';

export function insertRun(sql: Statements, push: Push, references: RunReferences): void {
  const { run, marks } = push;
  const { unit, by } = references;
  if (unit.state === 'new') insertUnit(sql, push, references);
  if (unit.state === 'moved') {
    sql.run('update units set revision_id = ?, batch_id = ? where id = ?', unit.revision_id, unit.batch_id, unit.id);
  }
  const key = sql.run(
    `insert into runs (id, procedure_id, version_id, unit_id, revision_id, batch_id, outcome, started_at, ended_at,
       created_at, docstring, operated_by, operator_id, execution_id, slot_key, slot_name, push_key, ref_key, push_hash,
       troubled, context_json, created_by_user_id, created_by_station_id)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    references.id,
    references.procedureId,
    references.versionId,
    unit.id,
    unit.revision_id,
    unit.batch_id,
    run.outcome,
    run.startedAt,
    run.endedAt,
    Date.now(),
    run.docstring,
    run.operatedBy === null ? null : fold(run.operatedBy),
    references.operatorId,
    run.execution?.id ?? null,
    run.execution?.slotKey ?? null,
    run.execution?.slotName ?? null,
    marks.pushKey,
    marks.refKey,
    marks.hash,
    run.phases.some(({ outcome }) => outcome !== 'PASS') ? 1 : 0,
    run.context === null ? null : JSON.stringify(run.context),
    by.created_by_user_id,
    by.created_by_station_id,
  );
  for (const phase of run.phases) insertPhase(sql, phase, key);
  for (const name of failedMeasurements(run.phases.map(withColumnNames))) {
    sql.run('insert into failed_measurements (name, started_at, run_key) values (?, ?, ?)', name, run.startedAt, key);
  }
  for (const log of run.logs) insertLog(sql, log, key);
  for (const unitId of references.subUnitIds) {
    sql.run('insert into run_sub_units (run_id, unit_id) values (?, ?)', references.id, unitId);
  }
  for (const [name, value] of Object.entries(references.metadata)) {
    const isBoolean = typeof value === 'boolean';
    sql.run(
      'insert into run_metadata (run_key, name, value, is_boolean) values (?, ?, ?, ?)',
      key,
      name,
      isBoolean ? Number(value) : value,
      Number(isBoolean),
    );
  }
}

function insertUnit(sql: Statements, { run }: Push, { id, unit, by }: RunReferences): void {
  sql.run(
    `insert into units (id, serial_number, serial_key, revision_id, batch_id, created_at, created_during_id,
       created_by_user_id, created_by_station_id) values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    unit.id,
    run.serialNumber,
    fold(run.serialNumber),
    unit.revision_id,
    unit.batch_id,
    Date.now(),
    id,
    by.created_by_user_id,
    by.created_by_station_id,
  );
}

function insertPhase(sql: Statements, phase: NewPhase, runKey: number): void {
  const { measurements } = phase;
  const key = sql.run(
    `insert into phases (run_key, name, outcome, started_at, ended_at, retry_count, docstring, sequence_path,
       measurements_json) values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    runKey,
    phase.name,
    phase.outcome,
    phase.startedAt,
    phase.endedAt,
    phase.retryCount,
    phase.docstring,
    phase.sequencePath,
    measurements.length === 0 ? null : JSON.stringify(measurements.map(storedMeasurement)),
  );
  measurements.forEach(({ series }, position) => {
    if (series === null) return;
    const json = JSON.stringify(series);
    sql.run('insert into curves (phase_key, position, series_json) values (?, ?, ?)', key, position, json);
  });
}

function insertLog(sql: Statements, log: NewLog, runKey: number): void {
  sql.run(
    'insert into logs (run_key, level, timestamp, message, source_file, line_number) values (?, ?, ?, ?, ?, ?)',
    runKey,
    log.level,
    log.timestamp,
    log.message.slice(0, maxLogMessage),
    log.sourceFile.slice(0, maxSourceFile),
    log.lineNumber,
  );
}
