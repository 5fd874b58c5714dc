import { exactNumber } from '../../../shared/contract/common.ts';
import {
  type LogEntry,
  logs,
  type MeasurementRow,
  measurements,
  type PhaseRow,
  phases,
} from '../../../shared/contract/explorer.ts';
import { validatorAnswers } from '../../../shared/run/answers.ts';
import { type Caller, readerOf } from '../../http/authentication.ts';
import { notFound } from '../../http/refusalError.ts';
import type { RouteServices } from '../../routeServices.ts';
import {
  findMeasurement,
  findPhase,
  listLogs,
  listMeasurements,
  listPhases,
  type LogListRow,
  type MeasurementListRow,
  type PhaseListRow,
} from '../../store/explorer.ts';
import { rowId, rowKey } from '../../store/ids.ts';
import { toPage } from '../../store/pages.ts';
import { measurementDetails, measurementsOf } from '../../store/runDetails.ts';
import { isoTime } from '../../store/time.ts';
import { creatorWithEmailAnswer } from '../answers.ts';
import { notReadable } from '../existing.ts';
import { measurementAnswer, phaseAnswer } from './runAnswers.ts';
import { sharedFilter, testFilter, times } from './runQueries.ts';

export function explorerRoutes({ mount, store }: RouteServices): void {
  mount(phases.list, async ({ query, caller }) => {
    const filter = {
      runs: {
        ...testFilter(query, caller),
        procedureIds: [query.procedure_id],
        outcomes: query.run_outcomes,
        troubled: query.outcomes !== undefined && !query.outcomes.includes('PASS'),
      },
      names: query.names,
      outcomes: query.outcomes,
      sequencePaths: query.sequence_paths,
      finalOnly: query.exclude_retries,
      sortBy: query.sort_by,
    };
    const { data, meta } = toPage(await listPhases(store, filter, { ...query, sortOrder: query.sort_order }), query);
    return { data: data.map(phaseRow), meta };
  });

  mount(phases.get, async ({ params, caller }) => {
    const key = rowKey('phase', params.id);
    const row = key === null ? undefined : await findPhase(store, key.key, readerOf(caller));
    if (!row) throw notFound(`Phase with id ${params.id} not found: ${goneRun(caller)}`);
    return {
      ...phaseAnswer({ ...row, measurements: await measurementsOf(store, row.key) }),
      run: { id: row.run_id, serial_number: row.serial_number },
      procedure: { id: row.procedure_id, name: row.procedure_name },
    };
  });

  mount(measurements.list, async ({ query, caller }) => {
    const phaseNames = [...(query.phase_names ?? []), ...(query.phase_name === undefined ? [] : [query.phase_name])];
    const filter = {
      runs: {
        ...testFilter(query, caller),
        procedureIds: [query.procedure_id],
        outcomes: query.outcomes,
      },
      phaseNames,
      name: query.measurement_name,
      value: { from: query.value_min, to: query.value_max },
      isTrue: query.value_bool,
      texts: query.value_strings,
      outcomes: query.measurement_outcomes,
      types: query.measurement_types,
      finalOnly: query.exclude_retries,
      sortBy: query.sort_by,
    };
    const rows = await listMeasurements(store, filter, { ...query, sortOrder: query.sort_order });
    const { data, meta } = toPage(rows, query);
    return { data: data.map(measurementRow), meta };
  });

  mount(measurements.get, async ({ params, caller }) => {
    const key = rowKey('measurement', params.id);
    const row = key === null ? undefined : await findMeasurement(store, key, readerOf(caller));
    if (!row) throw notFound(`Measurement with id ${params.id} not found: ${goneRun(caller)}`);
    return {
      ...measurementAnswer(measurementDetails(row)),
      phase: { id: rowId('phase', row.phase_key), name: row.phase_name },
      run: { id: row.run_id, outcome: row.run_outcome, serial_number: row.serial_number },
      procedure: { id: row.procedure_id, name: row.procedure_name },
    };
  });

  mount(logs.list, async ({ query, caller }) => {
    const filter = {
      runs: {
        ...sharedFilter(query, caller),
        procedureIds: query.procedure_ids,
        ids: query.run_ids,
        outcomes: query.run_outcomes,
      },
      search: query.search_query,
      levels: query.levels,
      sourceFiles: query.source_files,
      timestamp: times(query.timestamp_after, query.timestamp_before),
      sortBy: query.sort_by,
    };
    const { data, meta } = toPage(await listLogs(store, filter, { ...query, sortOrder: query.sort_order }), query);
    return { data: data.map(logEntry), meta };
  });

  mount(logs.get, async ({ params, caller }) => {
    const key = rowKey('log', params.id);
    const filter = {
      runs: { reader: readerOf(caller) },
      keys: [key?.key ?? -1],
      timestamp: {},
      sortBy: 'created_at' as const,
    };
    const [row] = await listLogs(store, filter, { sortOrder: 'asc', limit: 1, cursor: 0 });
    if (!row) throw notFound(`Log with id ${params.id} not found: ${goneRun(caller)}`);
    return logEntry(row);
  });
}

const goneRun = (caller: Caller): string =>
  `its run was deleted, or is on another server${caller.kind === 'station' ? `, or ${notReadable(caller)}` : ''}.`;

const phaseRow = (row: PhaseListRow): PhaseRow => ({
  id: rowId('phase', row.key),
  name: row.name,
  outcome: row.outcome,
  started_at: isoTime(row.started_at),
  ended_at: isoTime(row.ended_at),
  duration_ms: row.ended_at - row.started_at,
  retry_count: row.retry_count,
  sequence_path: row.sequence_path,
  is_final_attempt: row.is_final === 1,
  run_id: row.run_id,
  run_outcome: row.run_outcome,
  serial_number: row.serial_number,
  sample: row.sample,
});

function measurementRow(row: MeasurementListRow): MeasurementRow {
  const { value, validators } = measurementDetails({
    ...row,
    docstring: null,
    aggregations_json: '[]',
    series_json: null,
  });
  return {
    id: rowId('measurement', row.phase_key, row.position),
    phase_name: row.phase_name,
    measurement_name: row.name,
    started_at: isoTime(row.started_at),
    value: exactNumber.safeParse(value).data ?? null,
    bool_value: typeof value === 'boolean' ? value : null,
    string_value: typeof value === 'string' ? value : null,
    units: row.units,
    measurement_outcome: row.outcome,
    run_id: row.run_id,
    serial_number: row.serial_number,
    sample: row.sample,
    measurement_type: row.type,
    retry_count: row.retry_count,
    is_final_attempt: row.is_final === 1,
    validators: validatorAnswers(validators),
  };
}

const logEntry = (row: LogListRow): LogEntry => ({
  id: rowId('log', row.key),
  level: row.level,
  message: row.message,
  created_at: isoTime(row.timestamp),
  source_file: row.source_file,
  line_number: row.line_number,
  run: { id: row.run_id, outcome: row.run_outcome, started_at: isoTime(row.run_started_at) },
  unit: { id: row.unit_id, serial_number: row.serial_number },
  procedure: { id: row.procedure_id, name: row.procedure_name },
  ...creatorWithEmailAnswer(row),
});
