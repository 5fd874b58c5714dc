import { randomUUID } from 'node:crypto';
import type { NewMeasurement, NewPhase, NewRun } from '../../domain/newRun.ts';
import { fold } from './fold.ts';
import type { Change, Creator, Tables } from './tables.ts';

/** SQLite takes 32766 parameters in one statement; a row here has at most 10. */
const rowsAtOnce = 1000;

/** Writes a run with its phases, measurements and logs. @returns its id */
export async function insertRun(
  change: Change,
  run: NewRun,
  {
    procedureId,
    unitId,
    subUnitIds,
    by,
  }: { procedureId: string; unitId: string; subUnitIds: readonly string[]; by: Creator },
): Promise<string> {
  const id = randomUUID();
  await change
    .insertInto('runs')
    .values({
      id,
      procedure_id: procedureId,
      version_id: run.procedureVersion === null ? null : await versionOf(change, procedureId, run.procedureVersion, by),
      unit_id: unitId,
      outcome: run.outcome,
      started_at: run.startedAt,
      ended_at: run.endedAt,
      created_at: Date.now(),
      docstring: run.docstring,
      ...by,
    })
    .execute();
  const phases = run.phases.map((phase) => ({ phase, id: randomUUID() }));
  const rows = {
    phases: phases.map((p, position) => phaseRow(p.phase, p.id, id, position)),
    measurements: phases.flatMap((p) => p.phase.measurements.map((m, position) => measurementRow(m, p.id, position))),
    logs: logRows(run, id),
    subUnits: subUnitIds.map((unit_id) => ({ run_id: id, unit_id })),
  };
  await inPortions(rows.phases, (some) => change.insertInto('phases').values(some).execute());
  await inPortions(rows.measurements, (some) => change.insertInto('measurements').values(some).execute());
  await inPortions(rows.logs, (some) => change.insertInto('logs').values(some).execute());
  await inPortions(rows.subUnits, (some) => change.insertInto('run_sub_units').values(some).execute());
  return id;
}

async function inPortions<T>(rows: readonly T[], insert: (some: readonly T[]) => Promise<unknown>): Promise<void> {
  for (let first = 0; first < rows.length; first += rowsAtOnce) {
    await insert(rows.slice(first, first + rowsAtOnce));
  }
}

const phaseRow = (phase: NewPhase, id: string, run_id: string, position: number): Tables['phases'] => ({
  id,
  run_id,
  position,
  name: phase.name,
  outcome: phase.outcome,
  started_at: phase.startedAt,
  ended_at: phase.endedAt,
  retry_count: phase.retryCount,
  docstring: phase.docstring,
});

const measurementRow = (m: NewMeasurement, phase_id: string, position: number): Tables['measurements'] => ({
  id: randomUUID(),
  phase_id,
  position,
  name: m.name,
  outcome: m.outcome,
  units: m.units,
  docstring: m.docstring,
  value_json: m.measuredValue === undefined ? null : JSON.stringify(m.measuredValue),
  validators_json: JSON.stringify(m.validators),
  series_json: m.series === null ? null : JSON.stringify(m.series),
});

const logRows = (run: NewRun, run_id: string): Tables['logs'][] =>
  run.logs.map((log, position) => ({
    id: randomUUID(),
    run_id,
    position,
    level: log.level,
    timestamp: log.timestamp,
    message: log.message,
    source_file: log.sourceFile,
    line_number: log.lineNumber,
  }));

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
