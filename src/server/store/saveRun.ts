import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { MeasurementType } from '../../contract/common.ts';
import type { NewMeasurement, NewPhase, NewRun } from '../../domain/newRun.ts';
import { fold } from './fold.ts';
import { insertRows } from './insertRows.ts';
import { changeRunMetadata } from './runMetadata.ts';
import type { Change, Creator } from './tables.ts';

const maxLogMessage = 10_000;
const maxSourceFile = 200;

/** Where a run belongs. */
export interface Place {
  procedureId: string;
  unit: { id: string; revision_id: string; batch_id: string | null };
  subUnitIds: readonly string[];
  operatorId: string | null;
  pushKey: string | null;
  by: Creator;
}

/** Writes a run with its phases, measurements, logs and metadata. @returns its id */
export async function insertRun(change: Change, run: NewRun, place: Place): Promise<string> {
  const id = randomUUID();
  const { procedureId, unit, by } = place;
  const { key } = await change
    .insertInto('runs')
    .values({
      id,
      procedure_id: procedureId,
      version_id: run.procedureVersion === null ? null : await versionOf(change, procedureId, run.procedureVersion, by),
      unit_id: unit.id,
      revision_id: unit.revision_id,
      batch_id: unit.batch_id,
      outcome: run.outcome,
      started_at: run.startedAt,
      ended_at: run.endedAt,
      created_at: Date.now(),
      docstring: run.docstring,
      operated_by: run.operatedBy === null ? null : fold(run.operatedBy),
      operator_id: place.operatorId,
      execution_id: run.execution?.id ?? null,
      slot_key: run.execution?.slotKey ?? null,
      slot_name: run.execution?.slotName ?? null,
      push_key: place.pushKey,
      context_json: run.context === null ? null : JSON.stringify(run.context),
      ...by,
    })
    .returning('key')
    .executeTakeFirstOrThrow();
  await insertPhases(change, run.phases, key);
  await insertRows(
    change,
    'logs',
    ['run_key', 'level', 'timestamp', 'message', 'source_file', 'line_number'],
    run.logs.map((log) => [
      key,
      log.level,
      log.timestamp,
      log.message.slice(0, maxLogMessage),
      log.sourceFile.slice(0, maxSourceFile),
      log.lineNumber,
    ]),
  );
  await insertRows(
    change,
    'run_sub_units',
    ['run_id', 'unit_id'],
    place.subUnitIds.map((unitId) => [id, unitId]),
  );
  await changeRunMetadata(change, key, run.metadata);
  return id;
}

async function insertPhases(change: Change, phases: readonly NewPhase[], run_key: number): Promise<void> {
  if (phases.length === 0) return;
  // Nobody else writes during the transaction, so the keys are those that follow the last one given.
  const firstKey = await nextPhaseKey(change);
  await insertRows(
    change,
    'phases',
    ['key', 'run_key', 'name', 'outcome', 'started_at', 'ended_at', 'retry_count', 'docstring', 'sequence_path'],
    phases.map((phase, index) => [
      firstKey + index,
      run_key,
      phase.name,
      phase.outcome,
      phase.startedAt,
      phase.endedAt,
      phase.retryCount,
      phase.docstring,
      phase.sequencePath,
    ]),
  );
  await insertRows(
    change,
    'measurements',
    [
      'phase_key',
      'name',
      'outcome',
      'type',
      'units',
      'docstring',
      'value_json',
      'validators_json',
      'aggregations_json',
      'series_json',
    ],
    phases.flatMap((phase, index) =>
      phase.measurements.map((m) => [
        firstKey + index,
        m.name,
        m.outcome,
        typeOf(m),
        m.units,
        m.docstring,
        m.measuredValue === undefined ? null : JSON.stringify(m.measuredValue),
        someJson(m.validators),
        someJson(m.aggregations),
        m.series === null ? null : JSON.stringify(m.series),
      ]),
    ),
  );
}

async function nextPhaseKey(change: Change): Promise<number> {
  const { rows } = await sql<{ seq: number }>`select seq from sqlite_sequence where name = 'phases'`.execute(change);
  return (rows[0]?.seq ?? 0) + 1;
}

const someJson = (items: readonly unknown[]): string | null => (items.length === 0 ? null : JSON.stringify(items));

function typeOf({ measuredValue: value, series }: NewMeasurement): MeasurementType {
  if (series !== null) return 'multidimensional';
  if (value === undefined || value === null) return 'empty';
  if (typeof value === 'number') return 'numeric';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'string') return 'string';
  const isTable = Array.isArray(value) && value.length > 0 && value.every((row) => Array.isArray(row));
  return isTable ? 'multidimensional' : 'json';
}

async function versionOf(change: Change, procedure_id: string, tag: string, by: Creator): Promise<string> {
  const tag_key = fold(tag);
  const version = await change
    .selectFrom('procedure_versions')
    .select('id')
    .where('procedure_id', '=', procedure_id)
    .where('tag_key', '=', tag_key)
    .executeTakeFirst();
  if (version) return version.id;
  const id = randomUUID();
  await change
    .insertInto('procedure_versions')
    .values({ id, procedure_id, tag, tag_key, created_at: Date.now(), ...by })
    .execute();
  return id;
}
