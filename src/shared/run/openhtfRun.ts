import { measurementOutcome, type Outcome, outcome, phaseOutcome } from '../contract/common.ts';
import { curveOf, joinedUnits } from './curves.ts';
import {
  type NewLog,
  type NewMeasurement,
  type NewPhase,
  type NewRun,
  type NewSeries,
  noExtras,
  requirePartNumber,
  requireProcedure,
  roundMillis,
} from './newRun.ts';
import { findingsOf } from './openhtfFindings.ts';
import {
  levelName,
  type OpenhtfLog,
  type OpenhtfMeasurement,
  type OpenhtfPhase,
  type OpenhtfRecord,
} from './openhtfRecord.ts';
import { evaluateRules, parseValidator } from './validators.ts';

function toSeries(name: string, m: OpenhtfMeasurement): NewSeries[] | null {
  const [dimension, ...more] = m.dimensions ?? [];
  if (!dimension || more.length > 0) return null;
  const x = { name: dimension.name ?? null, units: dimension.suffix ?? null };
  return curveOf(m.measured_value, x, { name, units: m.units?.suffix ?? null });
}

function toMeasurement([name, m]: [string, OpenhtfMeasurement]): NewMeasurement {
  // Only OpenHTF has PARTIALLY_SET and SKIPPED.
  const result = measurementOutcome.safeParse(m.outcome).data ?? 'UNSET';
  const series = toSeries(name, m);
  const dimensionUnits = (m.dimensions ?? []).map((d) => d.suffix);
  const rules = (m.validators ?? []).map(String).flatMap(parseValidator);
  return {
    name,
    outcome: result,
    units: series ? null : joinedUnits([...dimensionUnits, m.units?.suffix]),
    docstring: m.docstring ?? null,
    measuredValue: series ? undefined : m.measured_value,
    validators: evaluateRules(rules, result, m.measured_value),
    aggregations: [],
    series,
  };
}

/** Attempts of one phase share name and descriptor; two phases may share the name alone. */
function toPhases(phases: readonly OpenhtfPhase[], fallback: number): NewPhase[] {
  const attempts = new Map<string, number>();
  return phases.map((p) => {
    const key = `${String(p.descriptor_id)} ${p.name}`;
    const retryCount = attempts.get(key) ?? 0;
    attempts.set(key, retryCount + 1);
    const start = p.start_time_millis ?? fallback;
    return {
      name: p.name,
      // A phase that was abandoned has no outcome.
      outcome: phaseOutcome.safeParse(p.outcome).data ?? 'ERROR',
      startedAt: roundMillis(start, `start_time_millis of phase "${p.name}"`),
      endedAt: roundMillis(p.end_time_millis ?? start, `end_time_millis of phase "${p.name}"`),
      retryCount,
      docstring: p.codeinfo?.docstring ?? null,
      sequencePath: null,
      measurements: Object.entries(p.measurements ?? {}).map(toMeasurement),
    };
  });
}

const toLog = (log: OpenhtfLog): NewLog => ({
  level: levelName(log.level),
  timestamp: roundMillis(log.timestamp_millis, 'timestamp_millis of a log record'),
  message: log.message,
  sourceFile: log.source ?? '',
  lineNumber: log.lineno ?? 0,
});

/** OpenHTF's PASS without a single phase is an ERROR, because its executor broke; see `verdictOf`. */
function outcomeOf(record: OpenhtfRecord, phases: number): Outcome {
  const recorded = outcome.safeParse(record.outcome).data ?? 'ERROR';
  return recorded === 'PASS' && phases === 0 ? 'ERROR' : recorded;
}

/** Leaves out the phase that asked for the serial number. @param now for a test without a start @throws RunInputError */
export function openhtfRecordToNewRun(record: OpenhtfRecord, now: number): NewRun {
  const { metadata } = record;
  const phases = record.phases[0]?.name === 'trigger_phase' ? record.phases.slice(1) : record.phases;
  // A test that was aborted while it waited for the serial number has 0, or nothing, for a start.
  const times = [record.start_time_millis, record.phases[0]?.start_time_millis, record.end_time_millis];
  const start = times.find((time) => time) ?? now;
  const findings = findingsOf(record, phases);
  return {
    ...noExtras,
    context: findings.length === 0 ? null : { sequences: [], config: [], secrets: [], findings },
    procedure: requireProcedure(metadata.procedure_id),
    procedureVersion: metadata.procedure_version || null,
    serialNumber: record.dut_id || 'UNKNOWN_DUT',
    partNumber: requirePartNumber(metadata.part_number),
    partName: metadata.part_name || null,
    revision: metadata.revision || null,
    batch: metadata.batch_number || null,
    outcome: outcomeOf(record, phases.length),
    startedAt: roundMillis(start, 'start_time_millis'),
    // A clock that was set back during the test must not cost the run.
    endedAt: roundMillis(Math.max(start, record.end_time_millis ?? start), 'end_time_millis'),
    docstring: record.code_info?.docstring ?? metadata.test_description ?? null,
    phases: toPhases(phases, start),
    logs: (record.log_records ?? []).map(toLog),
    subUnits: (metadata.sub_units ?? []).map((sub) => sub.serial_number),
  };
}
