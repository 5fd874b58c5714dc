import * as z from 'zod';
import { ExactInteger } from '../../../shared/contract/exactJson.ts';
import { failedMeasurements } from '../../../shared/run/failedMeasurements.ts';
import type { NewMeasurement, NewRun } from '../../../shared/run/newRun.ts';
import { fold } from '../fold.ts';
import type { PlaceOfUnit, Push, RunReferences } from '../pushes.ts';
import { maxLogMessage, maxSourceFile, withColumnNames } from '../runRows.ts';
import { storedMeasurement } from '../storedMeasurement.ts';
import type { StoreTransaction } from '../tables.ts';
import { prepared } from './prepared.ts';

const moveUnits = prepared(
  'move_units',
  `update units as u set revision_id = m.revision_id, batch_id = m.batch_id
   from json_to_recordset($1::json) as m (id text, revision_id text, batch_id text) where u.id = m.id`,
);

const insertRunRows = prepared(
  'insert_runs',
  `with created as (
    insert into units (id, serial_number, serial_key, revision_id, batch_id, created_at, created_during_id,
      created_by_user_id, created_by_station_id)
    select id, serial_number, serial_key, revision_id, batch_id, created_at, created_during_id, created_by_user_id,
      created_by_station_id
    from json_to_recordset($1::json) as u (
      place int, id text, serial_number text, serial_key text, revision_id text, batch_id text, created_at bigint,
      created_during_id text, created_by_user_id text, created_by_station_id text
    ) order by place
  )
  insert into runs (id, procedure_id, version_id, unit_id, revision_id, batch_id, outcome, started_at, ended_at, created_at,
    docstring, operated_by, operator_id, execution_id, slot_key, slot_name, push_key, ref_key, push_hash, troubled,
    context_json, created_by_user_id, created_by_station_id)
  select id, procedure_id, version_id, unit_id, revision_id, batch_id, outcome, started_at, ended_at, created_at, docstring,
    operated_by, operator_id, execution_id, slot_key, slot_name, push_key, ref_key, push_hash, troubled, context,
    created_by_user_id, created_by_station_id
  from json_to_recordset($2::json) as r (
    place int, id text, procedure_id text, version_id text, unit_id text, revision_id text, batch_id text, outcome text,
    started_at bigint, ended_at bigint, created_at bigint, docstring text, operated_by text, operator_id text,
    execution_id text, slot_key text, slot_name text, push_key text, ref_key text, push_hash text, troubled smallint,
    context json, created_by_user_id text, created_by_station_id text
  ) order by place
  returning id, key`,
);

const insertRowsOfRuns = prepared(
  'insert_rows_of_runs',
  `with given as (
    select nextval('phases_key_seq') as key, ordered.* from (
      select * from json_to_recordset($1::json) as p (
        place int, run_key bigint, name text, outcome text, started_at bigint, ended_at bigint, retry_count bigint,
        docstring text, sequence_path text, measurements json
      ) order by place
    ) as ordered
  ), phase as (
    insert into phases (key, run_key, name, outcome, started_at, ended_at, retry_count, docstring, sequence_path,
      measurements_json)
    select key, run_key, name, outcome, started_at, ended_at, retry_count, docstring, sequence_path, measurements from given
  ), measurement as (
    insert into measurement_rows (phase_key, position, run_key, name, outcome, type, units, docstring, validators_json,
      aggregations_json, value_json, number)
    select given.key, m.position, given.run_key, m.name, m.outcome, m.type, m.units, m.docstring, m.validators,
      m.aggregations, m.value, m.number
    from json_to_recordset($2::json) as m (
      place int, position bigint, name text, outcome text, type text, units text, docstring text, validators json,
      aggregations json, value text, number double precision
    ) join given using (place)
  ), curve as (
    insert into curves (phase_key, position, series_json)
    select given.key, c.position, c.series
    from json_to_recordset($3::json) as c (place int, position bigint, series json) join given using (place)
  ), log as (
    insert into logs (run_key, level, timestamp, message, source_file, line_number)
    select run_key, level, timestamp, message, source_file, line_number from json_to_recordset($4::json) as l (
      place int, run_key bigint, level text, timestamp bigint, message text, source_file text, line_number double precision
    ) order by place
  ), failed as (
    insert into failed_measurements (name, started_at, run_key)
    select name, started_at, run_key
    from json_to_recordset($5::json) as f (name text, started_at bigint, run_key bigint)
  ), stated as (
    insert into run_metadata (run_key, name, value, is_boolean)
    select run_key, name, value, is_boolean
    from json_to_recordset($6::json) as d (run_key bigint, name text, value jsonb, is_boolean smallint)
  )
  insert into run_sub_units (run_id, unit_id)
  select run_id, unit_id from json_to_recordset($7::json) as s (run_id text, unit_id text)`,
);

const insertedRun = z.object({ id: z.string(), key: z.number() });

interface WaitingRun {
  readonly push: Push;
  readonly references: RunReferences;
  readonly createdAt: number;
  /** Where its unit is now, also if a later run has moved it. */
  place: PlaceOfUnit;
}

/** Runs that are inserted together, with a few statements for all of them. */
export class RunRows {
  readonly #runs: WaitingRun[] = [];
  readonly #created = new Map<string, PlaceOfUnit>();
  readonly #moved = new Map<string, PlaceOfUnit>();
  /** About the number of characters. */
  size = 0;

  get isEmpty(): boolean {
    return this.#runs.length === 0;
  }

  add(push: Push, references: RunReferences): void {
    const { id, revision_id, batch_id, state } = references.unit;
    const place = { revision_id, batch_id };
    if (state === 'new' || this.#created.has(id)) this.#created.set(id, place);
    else if (state === 'moved') this.#moved.set(id, place);
    if (state === 'moved') {
      // As a trigger does with those that are in the database.
      for (const run of this.#runs) if (run.references.unit.id === id) run.place = place;
    }
    this.#runs.push({ push, references, createdAt: Date.now(), place });
    this.size += sizeOf(push.run);
  }

  async insert(change: StoreTransaction): Promise<void> {
    const moved = [...this.#moved].map(([id, place]) => ({ id, ...place }));
    if (moved.length > 0) await change.executeQuery(moveUnits(JSON.stringify(moved)));
    const created = this.#runs.filter(({ references }) => references.unit.state === 'new');
    const units = created.map((run, place) => ({ place, ...unitRow(run, this.#created) }));
    const runs = this.#runs.map((run, place) => ({ place, ...runRow(run) }));
    const { rows } = await change.executeQuery(insertRunRows(JSON.stringify(units), JSON.stringify(runs)));
    const keys = new Map(
      z
        .array(insertedRun)
        .parse(rows)
        .map(({ id, key }) => [id, key]),
    );
    await change.executeQuery(insertRowsOfRuns(...rowsOfRuns(this.#runs, keys).map((each) => JSON.stringify(each))));
  }
}

const unitRow = (
  { push: { run }, references: { id, unit, by }, createdAt }: WaitingRun,
  places: ReadonlyMap<string, PlaceOfUnit>,
) => ({
  id: unit.id,
  serial_number: run.serialNumber,
  serial_key: fold(run.serialNumber),
  ...places.get(unit.id),
  created_at: createdAt,
  created_during_id: id,
  ...by,
});

const runRow = ({ push: { run, marks }, references, createdAt, place }: WaitingRun) => ({
  id: references.id,
  procedure_id: references.procedureId,
  version_id: references.versionId,
  unit_id: references.unit.id,
  ...place,
  outcome: run.outcome,
  started_at: run.startedAt,
  ended_at: run.endedAt,
  created_at: createdAt,
  docstring: run.docstring,
  operated_by: run.operatedBy === null ? null : fold(run.operatedBy),
  operator_id: references.operatorId,
  execution_id: run.execution?.id,
  slot_key: run.execution?.slotKey,
  slot_name: run.execution?.slotName,
  push_key: marks.pushKey,
  ref_key: marks.refKey,
  push_hash: marks.hash,
  troubled: run.phases.some(({ outcome }) => outcome !== 'PASS') ? 1 : 0,
  context: run.context,
  ...references.by,
});

function rowsOfRuns(runs: readonly WaitingRun[], keys: ReadonlyMap<string, number>): unknown[][] {
  const phases: unknown[] = [];
  const measured: unknown[] = [];
  const curves: unknown[] = [];
  const logs: unknown[] = [];
  const failed: unknown[] = [];
  const stated: unknown[] = [];
  const subUnits: unknown[] = [];
  for (const { push, references } of runs) {
    const { run } = push;
    const run_key = keys.get(references.id);
    for (const phase of run.phases) {
      const place = phases.length;
      const measurements = phase.measurements.map(storedMeasurement);
      phases.push({
        place,
        run_key,
        name: phase.name,
        outcome: phase.outcome,
        started_at: phase.startedAt,
        ended_at: phase.endedAt,
        retry_count: phase.retryCount,
        docstring: phase.docstring,
        sequence_path: phase.sequencePath,
        measurements: measurements.length === 0 ? null : measurements,
      });
      for (const [position, { measuredValue, series }] of phase.measurements.entries()) {
        measured.push({ place, position, ...measurementRow(measurements[position] ?? [], measuredValue) });
        if (series !== null) curves.push({ place, position, series });
      }
    }
    for (const log of run.logs) {
      logs.push({
        place: logs.length,
        run_key,
        level: log.level,
        timestamp: log.timestamp,
        message: log.message.slice(0, maxLogMessage),
        source_file: log.sourceFile.slice(0, maxSourceFile),
        line_number: log.lineNumber,
      });
    }
    for (const name of failedMeasurements(run.phases.map(withColumnNames))) {
      failed.push({ name, started_at: run.startedAt, run_key });
    }
    for (const [name, value] of Object.entries(references.metadata)) {
      const isBoolean = typeof value === 'boolean';
      stated.push({ run_key, name, value: isBoolean ? Number(value) : value, is_boolean: Number(isBoolean) });
    }
    for (const unit_id of references.subUnitIds) subUnits.push({ run_id: references.id, unit_id });
  }
  return [phases, measured, curves, logs, failed, stated, subUnits];
}

function measurementRow([name, outcome, type, units, docstring, validators, aggregations]: unknown[], value: unknown) {
  const number = value instanceof ExactInteger ? String(Number(value.digits)) : value;
  return {
    ...{ name, outcome, type, units, docstring, validators, aggregations },
    value: value === undefined ? null : JSON.stringify(value),
    number: type === 'numeric' ? number : null,
  };
}

const sizeOf = ({ phases, logs }: NewRun): number =>
  phases.reduce(
    (sum, { measurements }) => sum + 200 + measurements.reduce((all, each) => all + sizeOfOne(each), 0),
    500,
  ) + logs.reduce((sum, { message }) => sum + 200 + message.length, 0);

const sizeOfOne = ({ series, measuredValue }: NewMeasurement): number =>
  500 +
  (typeof measuredValue === 'object' ? JSON.stringify(measuredValue).length : 0) +
  (series ?? []).reduce((sum, { data }) => sum + 20 * data.length, 0);
