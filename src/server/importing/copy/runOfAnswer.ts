import type { MeasurementAnswer, Run, ValidatorAnswer } from '../../../shared/contract/runs.ts';
import type {
  NewAggregation,
  NewMeasurement,
  NewRun,
  NewRunContext,
  NewSeries,
  NewValidator,
} from '../../../shared/run/newRun.ts';

/** Returns the run that a server answered in the form in which it is stored. It has the names of its place and no ids. */
export function runOfAnswer(run: Run): NewRun {
  const { unit } = run;
  return {
    procedure: run.procedure.id,
    procedureVersion: run.procedure.version?.tag ?? null,
    serialNumber: unit.serial_number,
    partNumber: unit.part.number,
    partName: unit.part.name,
    revision: unit.part.revision.number,
    batch: unit.batch?.number ?? null,
    outcome: run.outcome,
    startedAt: Date.parse(run.started_at),
    endedAt: Date.parse(run.ended_at),
    docstring: run.docstring ?? null,
    phases: run.phases.map((phase) => ({
      name: phase.name,
      outcome: phase.outcome,
      startedAt: Date.parse(phase.started_at),
      endedAt: Date.parse(phase.ended_at),
      retryCount: phase.retry_count,
      docstring: phase.docstring ?? null,
      sequencePath: phase.sequence_path,
      measurements: phase.measurements.map(measurementOf),
    })),
    logs: run.logs.map((log) => ({
      level: log.level,
      timestamp: Date.parse(log.timestamp),
      message: log.message,
      sourceFile: log.source_file,
      lineNumber: log.line_number,
    })),
    subUnits: run.sub_units.map((each) => each.serial_number),
    operatedBy: run.operated_by?.email ?? null,
    metadata: run.metadata ?? {},
    unitMetadata: {},
    execution:
      run.execution_id === null ? null : { id: run.execution_id, slotKey: run.slot_key, slotName: run.slot_name },
    context: contextOf(run),
  };
}

function contextOf({ sequences = [], config, secrets, findings = [], phases }: Run): NewRunContext | null {
  if (sequences.length + config.length + secrets.length + findings.length === 0) return null;
  const timeOf = (time: string | null): number | null => (time === null ? null : Date.parse(time));
  return {
    sequences: sequences.map(({ path, name, source, outcome, started_at, ended_at }) => ({
      id: crypto.randomUUID(),
      path,
      name,
      source,
      outcome,
      startedAt: timeOf(started_at),
      endedAt: timeOf(ended_at),
    })),
    config,
    secrets,
    findings: findings.map((finding) => {
      const phase = phases.findIndex(({ id }) => id === finding.phase_id);
      return {
        kind: finding.kind,
        phase: phase < 0 ? null : phase,
        title: finding.title,
        message: finding.message,
        place:
          finding.source_file === null || finding.line_number === null
            ? null
            : { file: finding.source_file, line: finding.line_number },
        is_failure: finding.is_failure,
      };
    }),
  };
}

function measurementOf(measurement: MeasurementAnswer): NewMeasurement {
  const { name, outcome, units, docstring, validators, aggregations, measured_value, data_series } = measurement;
  return {
    name,
    outcome,
    units,
    docstring: docstring ?? null,
    measuredValue: measured_value ?? undefined,
    validators: validatorsOf(validators),
    aggregations: (aggregations ?? []).map(aggregationOf),
    series: data_series?.map(seriesOf) ?? null,
  };
}

const seriesOf = (series: NonNullable<MeasurementAnswer['data_series']>[number]): NewSeries => ({
  name: series.name ?? null,
  description: series.description ?? null,
  units: series.units,
  data: series.data,
  validators: validatorsOf(series.validators),
  aggregations: (series.aggregations ?? []).map(aggregationOf),
});

const aggregationOf = (each: NonNullable<MeasurementAnswer['aggregations']>[number]): NewAggregation => ({
  id: crypto.randomUUID(),
  type: each.type,
  outcome: each.outcome,
  value: each.value,
  unit: each.unit ?? null,
  validators: validatorsOf(each.validators),
});

const validatorsOf = (validators: readonly ValidatorAnswer[] | null | undefined): NewValidator[] =>
  (validators ?? []).map((each) => ({
    operator: each.operator,
    expected_value: each.expected_value ?? null,
    expression: each.expression,
    is_decisive: each.is_decisive ?? true,
    has_custom_expression: each.has_custom_expression,
    outcome: each.outcome,
  }));
