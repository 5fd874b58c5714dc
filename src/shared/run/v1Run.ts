import type { V1RunBody } from '../contract/v1.ts';
import { parseDuration } from '../format/duration.ts';
import { curveOf, joinedUnits } from './curves.ts';
import {
  type NewLog,
  type NewMeasurement,
  type NewPhase,
  type NewRun,
  noExtras,
  parseUtc,
  requirePartNumber,
  requireProcedure,
  roundMillis,
  RunInputError,
} from './newRun.ts';
import { evaluateRules, limitRules, parseValidator } from './validators.ts';

type V1Phase = NonNullable<V1RunBody['phases']>[number];
type V1Step = NonNullable<V1RunBody['steps']>[number];
type V1Measurement = NonNullable<V1Phase['measurements']>[number];
type V1Log = NonNullable<V1RunBody['logs']>[number];

function toLog(log: V1Log, index: number): NewLog {
  const timestamp = parseUtc(log.timestamp);
  if (Number.isNaN(timestamp)) {
    throw new RunInputError(`logs[${index}].timestamp must be an ISO 8601 time and is "${log.timestamp}".`);
  }
  return {
    level: log.level,
    timestamp: roundMillis(timestamp, `logs[${index}].timestamp`),
    message: log.message,
    sourceFile: log.source_file,
    lineNumber: log.line_number,
  };
}

function toMeasurement(m: V1Measurement): NewMeasurement {
  const rules = [...limitRules(m.lower_limit, m.upper_limit), ...(m.validators ?? []).flatMap(parseValidator)];
  const units = Array.isArray(m.units) ? m.units : [m.units];
  const [x = null, y = null] = units;
  const series =
    units.length === 2 ? curveOf(m.measured_value, { name: null, units: x }, { name: m.name, units: y }) : null;
  return {
    name: m.name,
    outcome: m.outcome,
    units: series ? null : joinedUnits(units),
    docstring: m.docstring ?? null,
    measuredValue: series ? undefined : m.measured_value,
    validators: evaluateRules(rules, m.outcome, m.measured_value),
    aggregations: [],
    series,
  };
}

const toPhase = (phase: V1Phase): NewPhase => ({
  name: phase.name,
  outcome: phase.outcome,
  startedAt: roundMillis(phase.start_time_millis, `start_time_millis of phase "${phase.name}"`),
  endedAt: roundMillis(phase.end_time_millis, `end_time_millis of phase "${phase.name}"`),
  retryCount: 0,
  docstring: phase.docstring ?? null,
  sequencePath: null,
  measurements: (phase.measurements ?? []).map(toMeasurement),
});

function stepPhase(step: V1Step, index: number): NewPhase {
  const what = `steps[${index}]`;
  const startedAt = roundMillis(parseUtc(step.started_at), `${what}.started_at`);
  const duration = parseDuration(step.duration);
  if (duration === null)
    throw new RunInputError(`${what}.duration must be an ISO 8601 duration and is "${step.duration}".`);
  const outcome = step.step_passed ? 'PASS' : 'FAIL';
  const measured = step.measurement_value != null || step.limit_low != null || step.limit_high != null;
  return {
    name: step.name,
    outcome,
    startedAt,
    endedAt: roundMillis(startedAt + duration, `${what}.duration`),
    retryCount: 0,
    docstring: null,
    sequencePath: null,
    measurements: measured
      ? [
          toMeasurement({
            name: step.name,
            outcome,
            measured_value: step.measurement_value ?? undefined,
            units: step.measurement_unit,
            lower_limit: step.limit_low,
            upper_limit: step.limit_high,
          }),
        ]
      : [],
  };
}

/** The duration is the script's own and need not fit the phases. Without `started_at`, a run ended now. @throws RunInputError */
export function v1RunToNewRun(body: V1RunBody, now: number): NewRun {
  const duration = parseDuration(body.duration ?? 'PT0S');
  if (duration === null) {
    throw new RunInputError(`duration must be an ISO 8601 duration such as PT1M45S and is "${body.duration}".`);
  }
  const unit = body.unit_under_test;
  const startedAt = body.started_at ? Date.parse(body.started_at) : now - duration;
  return {
    ...noExtras,
    procedure: requireProcedure(body.procedure_id),
    procedureVersion: body.procedure_version?.trim() || null,
    serialNumber: unit.serial_number,
    partNumber: requirePartNumber(unit.part_number),
    partName: unit.part_name?.trim() || null,
    revision: unit.revision?.trim() || null,
    batch: unit.batch_number?.trim() || null,
    outcome: body.run_passed ? 'PASS' : 'FAIL',
    startedAt: roundMillis(startedAt, 'started_at'),
    endedAt: roundMillis(startedAt + duration, 'started_at + duration'),
    docstring: null,
    phases: [...(body.phases ?? []).map(toPhase), ...(body.steps ?? []).map(stepPhase)],
    logs: (body.logs ?? []).map(toLog),
    subUnits: (body.sub_units ?? []).map((sub) => sub.serial_number),
  };
}
