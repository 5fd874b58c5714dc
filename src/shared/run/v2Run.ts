import type { MeasurementOutcome } from '../contract/common.ts';
import type {
  NewRunBody,
  V2Aggregation,
  V2Measurement,
  V2Phase,
  V2Sequence,
  V2Series,
  V2Validator,
} from '../contract/newRuns.ts';
import {
  type NewAggregation,
  type NewMeasurement,
  type NewPhase,
  type NewRun,
  type NewRunContext,
  type NewSeries,
  type NewValidator,
  parseUtc,
  requirePartNumber,
  roundMillis,
  RunInputError,
} from './newRun.ts';
import { evaluateRules, expressionOf, limitRules, type Rule } from './validators.ts';

const toMillis = (time: string, what: string): number => roundMillis(parseUtc(time), what);

function toRule({ operator, expected_value, expression, is_decisive }: V2Validator): Rule {
  return {
    operator: operator ?? null,
    expected_value: expected_value ?? null,
    expression: expression ?? (operator == null ? '' : expressionOf(operator, expected_value ?? null)),
    is_decisive: is_decisive ?? true,
    has_custom_expression: expression != null,
  };
}

/** Converts validators. Sent outcomes are kept; a missing one follows from the outcome of the measurement. */
function toValidators(
  sent: readonly V2Validator[] | null | undefined,
  owner: MeasurementOutcome,
  value: unknown,
): NewValidator[] {
  const validators = sent ?? [];
  return evaluateRules(validators.map(toRule), owner, value).map((evaluated, index) => ({
    ...evaluated,
    outcome: validators[index]?.outcome ?? evaluated.outcome,
  }));
}

const toAggregation = (a: V2Aggregation): NewAggregation => ({
  id: crypto.randomUUID(),
  type: a.type,
  outcome: a.outcome ?? null,
  value: a.value ?? null,
  unit: a.unit ?? null,
  validators: toValidators(a.validators, a.outcome ?? 'UNSET', a.value),
});

const toSeries =
  (owner: MeasurementOutcome) =>
  (s: V2Series): NewSeries => ({
    name: s.name ?? null,
    description: s.description ?? null,
    units: s.units ?? null,
    data: s.data,
    validators: toValidators(s.validators, owner, undefined),
    aggregations: (s.aggregations ?? []).map(toAggregation),
  });

function toMeasurement(m: V2Measurement): NewMeasurement {
  const value = m.measured_value ?? undefined;
  const series = [...(m.x_axis ? [m.x_axis] : []), ...(m.y_axis ?? [])];
  const units = typeof m.units === 'string' ? m.units : (m.units ?? []).join(', ');
  return {
    name: m.name,
    outcome: m.outcome,
    units: units || null,
    docstring: m.docstring ?? null,
    measuredValue: value,
    validators: [
      ...evaluateRules(limitRules(m.lower_limit, m.upper_limit), m.outcome, value),
      ...toValidators(m.validators, m.outcome, value),
    ],
    aggregations: (m.aggregations ?? []).map(toAggregation),
    series: series.length > 0 ? series.map(toSeries(m.outcome)) : null,
  };
}

const toPhase = (phase: V2Phase, index: number): NewPhase => ({
  name: phase.name,
  outcome: phase.outcome,
  startedAt: toMillis(phase.started_at, `phases[${index}].started_at`),
  endedAt: toMillis(phase.ended_at, `phases[${index}].ended_at`),
  retryCount: phase.retry_count ?? 0,
  docstring: phase.docstring ?? null,
  sequencePath: phase.sequence_path ?? null,
  measurements: (phase.measurements ?? []).map(toMeasurement),
});

const toSequence = (sequence: V2Sequence): NewRunContext['sequences'][number] => ({
  id: crypto.randomUUID(),
  path: sequence.path,
  name: sequence.name,
  source: sequence.source ?? null,
  outcome: sequence.outcome,
  startedAt: sequence.started_at ? toMillis(sequence.started_at, `started_at of sequence "${sequence.path}"`) : null,
  endedAt: sequence.ended_at ? toMillis(sequence.ended_at, `ended_at of sequence "${sequence.path}"`) : null,
});

/** @throws RunInputError when a phase or a nested call names a sequence call that the run does not have */
function toContext(body: NewRunBody): NewRunContext | null {
  const sequences = (body.sequences ?? []).map(toSequence);
  const paths = new Set(sequences.map(({ path }) => path));
  const parents = sequences.flatMap(({ path }) => (path.includes('/') ? [path.slice(0, path.lastIndexOf('/'))] : []));
  const named = [...parents, ...(body.phases ?? []).flatMap(({ sequence_path }) => sequence_path ?? [])];
  const missing = named.find((path) => !paths.has(path));
  if (missing !== undefined) throw new RunInputError(`The run has no sequence with the path "${missing}".`);
  const setting = <T extends NonNullable<NewRunBody['secrets']>[number] | NonNullable<NewRunBody['config']>[number]>(
    s: T,
  ) => ({
    ...s,
    variable_id: s.variable_id ?? null,
    version: s.version ?? null,
    source: s.source ?? null,
  });
  const config = (body.config ?? []).map(setting);
  const secrets = (body.secrets ?? []).map(setting);
  return sequences.length + config.length + secrets.length > 0 ? { sequences, config, secrets, findings: [] } : null;
}

function toExecution({ execution_id, slot_key, slot_name }: NewRunBody): NewRun['execution'] {
  if (slot_key != null && execution_id == null) throw new RunInputError('slot_key requires execution_id.');
  if (slot_name != null && slot_key == null) throw new RunInputError('slot_name requires slot_key.');
  return execution_id == null ? null : { id: execution_id, slotKey: slot_key ?? null, slotName: slot_name ?? null };
}

/** `deployment_id` is left out: there are no deployments. @throws RunInputError when the run is invalid */
export function v2RunToNewRun(body: NewRunBody): NewRun {
  return {
    procedure: body.procedure_id,
    procedureVersion: body.procedure_version ?? null,
    serialNumber: body.serial_number,
    partNumber: requirePartNumber(body.part_number),
    partName: null,
    revision: body.revision_number ?? null,
    batch: body.batch_number ?? null,
    outcome: body.outcome,
    startedAt: toMillis(body.started_at, 'started_at'),
    endedAt: toMillis(body.ended_at, 'ended_at'),
    docstring: body.docstring ?? null,
    phases: (body.phases ?? []).map(toPhase),
    logs: (body.logs ?? []).map((log, index) => ({
      level: log.level,
      timestamp: toMillis(log.timestamp, `logs[${index}].timestamp`),
      message: log.message,
      sourceFile: log.source_file,
      lineNumber: log.line_number,
    })),
    subUnits: body.sub_units ?? [],
    operatedBy: body.operated_by ?? null,
    metadata: body.metadata ?? {},
    unitMetadata: body.unit_metadata ?? {},
    execution: toExecution(body),
    context: toContext(body),
  };
}
