import { sql } from 'kysely';
import { failedMeasurements } from '../../../shared/run/failedMeasurements.ts';
import type { NewRun } from '../../../shared/run/newRun.ts';
import { fold } from '../fold.ts';
import type { RunReferences } from '../pushes.ts';
import { maxLogMessage, maxSourceFile, withColumnNames } from '../runRows.ts';
import { storedMeasurement } from '../storedMeasurement.ts';
import type { StoreTransaction } from '../tables.ts';
import { withoutNul } from './withoutNul.ts';

/** Inserts a run with one statement for its row and one for everything that belongs to it. */
export async function insertRun(change: StoreTransaction, run: NewRun, references: RunReferences): Promise<number> {
  const { unit, marks, by } = references;
  const { key } = await change
    .insertInto('runs')
    .values({
      id: references.id,
      procedure_id: references.procedureId,
      version_id: references.versionId,
      unit_id: unit.id,
      revision_id: unit.revision_id,
      batch_id: unit.batch_id,
      outcome: run.outcome,
      started_at: run.startedAt,
      ended_at: run.endedAt,
      created_at: Date.now(),
      docstring: run.docstring,
      operated_by: run.operatedBy === null ? null : fold(run.operatedBy),
      operator_id: references.operatorId,
      execution_id: run.execution?.id ?? null,
      slot_key: run.execution?.slotKey ?? null,
      slot_name: run.execution?.slotName ?? null,
      push_key: marks.pushKey,
      ref_key: marks.refKey,
      push_hash: marks.hash,
      troubled: run.phases.some(({ outcome }) => outcome !== 'PASS') ? 1 : 0,
      context_json: run.context === null ? null : JSON.stringify(run.context),
      ...by,
    })
    .returning('key')
    .executeTakeFirstOrThrow();
  await insertRows(change, key, run, references);
  return key;
}

async function insertRows(
  change: StoreTransaction,
  runKey: number,
  run: NewRun,
  { id, subUnitIds }: RunReferences,
): Promise<void> {
  const phases = run.phases.map((phase, place) => ({
    place,
    name: phase.name,
    outcome: phase.outcome,
    started_at: phase.startedAt,
    ended_at: phase.endedAt,
    retry_count: phase.retryCount,
    docstring: phase.docstring,
    sequence_path: phase.sequencePath,
    measurements_json:
      phase.measurements.length === 0 ? null : withoutNul(JSON.stringify(phase.measurements.map(storedMeasurement))),
  }));
  const curves = run.phases.flatMap(({ measurements }, place) =>
    measurements.flatMap(({ series }, position) =>
      series === null ? [] : [{ place, position, series_json: withoutNul(JSON.stringify(series)) }],
    ),
  );
  const logs = run.logs.map((log, place) => ({
    place,
    level: log.level,
    timestamp: log.timestamp,
    message: log.message.slice(0, maxLogMessage),
    source_file: log.sourceFile.slice(0, maxSourceFile),
    line_number: log.lineNumber,
  }));
  const failed = [...failedMeasurements(run.phases.map(withColumnNames))];
  await sql`
    with given as (
      select nextval(pg_get_serial_sequence('phases', 'key')) as key, ordered.* from (
        select * from json_to_recordset(${JSON.stringify(phases)}::json) as p (
          place int, name text, outcome text, started_at bigint, ended_at bigint, retry_count bigint, docstring text,
          sequence_path text, measurements_json text
        ) order by place
      ) as ordered
    ), phase as (
      insert into phases (key, run_key, name, outcome, started_at, ended_at, retry_count, docstring, sequence_path,
        measurements_json)
      select key, ${runKey}::bigint, name, outcome, started_at, ended_at, retry_count, docstring, sequence_path,
        measurements_json from given
    ), curve as (
      insert into curves (phase_key, position, series_json)
      select given.key, c.position, c.series_json
      from json_to_recordset(${JSON.stringify(curves)}::json) as c (place int, position bigint, series_json text)
      join given using (place)
    ), log as (
      insert into logs (run_key, level, timestamp, message, source_file, line_number)
      select ${runKey}::bigint, level, timestamp, message, source_file, line_number
      from json_to_recordset(${JSON.stringify(logs)}::json) as l (
        place int, level text, timestamp bigint, message text, source_file text, line_number double precision
      ) order by place
    ), failed as (
      insert into failed_measurements (name, started_at, run_key)
      select json_array_elements_text(${JSON.stringify(failed)}::json), ${run.startedAt}::bigint, ${runKey}::bigint
    )
    insert into run_sub_units (run_id, unit_id)
    select ${id}::text, json_array_elements_text(${JSON.stringify(subUnitIds)}::json)`.execute(change);
}
