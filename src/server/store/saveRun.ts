import { randomUUID } from 'node:crypto';
import type { MeasurementType } from '../../contract/common.ts';
import type { NewMeasurement, NewPhase, NewRun } from '../../domain/newRun.ts';
import { fold } from './fold.ts';
import { changeRunMetadata } from './runMetadata.ts';
import type { Change, Creator } from './tables.ts';

/** SQLite takes 32766 parameters in one statement; a row here has at most 10. */
const rowsAtOnce = 1000;
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
  await inPortions(run.logs, (logs) =>
    change
      .insertInto('logs')
      .values(
        logs.map((log) => ({
          run_key: key,
          level: log.level,
          timestamp: log.timestamp,
          message: log.message.slice(0, maxLogMessage),
          source_file: log.sourceFile.slice(0, maxSourceFile),
          line_number: log.lineNumber,
        })),
      )
      .execute(),
  );
  await inPortions(place.subUnitIds, (ids) =>
    change
      .insertInto('run_sub_units')
      .values(ids.map((unit_id) => ({ run_id: id, unit_id })))
      .execute(),
  );
  await changeRunMetadata(change, key, run.metadata);
  return id;
}

async function insertPhases(change: Change, phases: readonly NewPhase[], run_key: number): Promise<void> {
  const measurements: { m: NewMeasurement; phase_key: number }[] = [];
  await inPortions(phases, async (some) => {
    const keys = await change
      .insertInto('phases')
      .values(
        some.map((phase) => ({
          run_key,
          name: phase.name,
          outcome: phase.outcome,
          started_at: phase.startedAt,
          ended_at: phase.endedAt,
          retry_count: phase.retryCount,
          docstring: phase.docstring,
          sequence_path: phase.sequencePath,
        })),
      )
      .returning('key')
      .execute();
    // Rows are numbered in the order in which they are given; the order in which SQLite returns them is not promised.
    const ordered = keys.map(({ key }) => key).sort((a, b) => a - b);
    some.forEach((phase, index) => {
      const phase_key = ordered[index];
      if (phase_key === undefined) throw new RangeError('SQLite returned fewer phases than were inserted.');
      for (const m of phase.measurements) measurements.push({ m, phase_key });
    });
  });
  await inPortions(measurements, (some) =>
    change
      .insertInto('measurements')
      .values(
        some.map(({ m, phase_key }) => ({
          phase_key,
          name: m.name,
          outcome: m.outcome,
          type: typeOf(m),
          units: m.units,
          docstring: m.docstring,
          value_json: m.measuredValue === undefined ? null : JSON.stringify(m.measuredValue),
          validators_json: someJson(m.validators),
          aggregations_json: someJson(m.aggregations),
          series_json: m.series === null ? null : JSON.stringify(m.series),
        })),
      )
      .execute(),
  );
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

async function inPortions<T>(rows: readonly T[], insert: (some: readonly T[]) => Promise<unknown>): Promise<void> {
  for (let first = 0; first < rows.length; first += rowsAtOnce) {
    await insert(rows.slice(first, first + rowsAtOnce));
  }
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
