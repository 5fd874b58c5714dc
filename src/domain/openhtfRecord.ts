import * as z from 'zod';
import { measurementOutcome, outcome, phaseOutcome } from '../contract/common.ts';
import {
  type NewLog,
  type NewMeasurement,
  type NewPhase,
  type NewRun,
  type NewSeries,
  requirePartNumber,
  requireProcedure,
  wholeMillis,
} from './newRun.ts';
import { judge, parseValidator } from './validators.ts';

/** Scripts write numbers where a text is meant (`part_number=1234`). */
const text = z.union([z.string(), z.number(), z.boolean()]).transform((value) => String(value).trim());
const short = (what: string, max = 60) =>
  text.refine((value) => value.length <= max, `The ${what} must be at most ${max} characters long.`).nullish();
const millis = z.number().nullish();
const codeInfo = z.object({ docstring: z.string().nullish() }).nullish();

const measurement = z.object({
  outcome: z.string().nullish(),
  measured_value: z.unknown().optional(),
  units: z.object({ suffix: z.string().nullish() }).nullish().catch(null),
  docstring: z.string().nullish(),
  validators: z.array(z.unknown()).nullish(),
  dimensions: z
    .array(z.object({ name: z.string().nullish(), description: z.string().nullish(), suffix: z.string().nullish() }))
    .nullish()
    .catch(null),
});
type Measurement = z.infer<typeof measurement>;

const phase = z.object({
  name: z.string(),
  descriptor_id: z.unknown().optional(),
  outcome: z.string().nullish(),
  start_time_millis: millis,
  end_time_millis: millis,
  codeinfo: codeInfo,
  measurements: z.record(z.string(), measurement).nullish(),
  /** By name; `data` (base64) only when the record was written with inlined attachments. */
  attachments: z
    .record(z.string(), z.object({ mimetype: z.string().nullish(), sha1: z.string().nullish(), data: z.string().nullish() }))
    .nullish(),
});
type Phase = z.infer<typeof phase>;

const logRecord = z.object({
  level: z.number(),
  source: z.string().nullish(),
  lineno: z.number().nullish(),
  timestamp_millis: z.number(),
  message: z.string(),
});

/**
 * The JSON record of a finished OpenHTF test (`OutputToJSON`), read leniently: of what a run needs, only the phases must
 * be there, and unknown keys are ignored. Source: openhtf 1.5 to 1.6, output/callbacks/json_factory.py.
 */
export const openhtfRecord = z.object({
  dut_id: short('serial number'),
  start_time_millis: millis,
  end_time_millis: millis,
  outcome: z.string().nullish(),
  code_info: codeInfo,
  metadata: z
    .object({
      procedure_id: text.nullish(),
      procedure_version: short('procedure version'),
      part_number: short('part number'),
      part_name: short('part name', 255),
      revision: short('revision'),
      batch_number: short('batch number', 100),
      sub_units: z.array(z.object({ serial_number: text })).nullish(),
      test_description: z.string().nullish().catch(null),
    })
    .default({}),
  phases: z.array(phase),
  log_records: z.array(logRecord).nullish(),
});
export type OpenhtfRecord = z.infer<typeof openhtfRecord>;

const numberRow = z.tuple([z.number(), z.number()]);

/** A curve over one dimension as two series; null for anything that cannot be drawn so (its rows are kept instead). */
function toSeries(name: string, m: Measurement): NewSeries[] | null {
  const [dimension, ...more] = m.dimensions ?? [];
  const rows = z.array(numberRow).safeParse(m.measured_value);
  if (!dimension || more.length > 0 || !rows.success) return null;
  return [
    { name: dimension.name ?? null, units: dimension.suffix ?? null, data: rows.data.map(([x]) => x) },
    { name, units: m.units?.suffix ?? null, data: rows.data.map(([, y]) => y) },
  ];
}

function toMeasurement([name, m]: [string, Measurement]): NewMeasurement {
  // PARTIALLY_SET and SKIPPED are words of OpenHTF alone.
  const result = measurementOutcome.safeParse(m.outcome).data ?? 'UNSET';
  const series = toSeries(name, m);
  const dimensionUnits = (m.dimensions ?? []).map((d) => d.suffix);
  const units = [...(series ? [] : dimensionUnits), series ? null : m.units?.suffix].filter((unit) => unit);
  const rules = (m.validators ?? []).map(String).flatMap(parseValidator);
  return {
    name,
    outcome: result,
    units: units.join(', ') || null,
    docstring: m.docstring ?? null,
    measuredValue: series ? undefined : m.measured_value,
    validators: judge(rules, result, m.measured_value),
    series,
  };
}

/** Attempts of one phase share name and descriptor; two phases may share the name alone. */
function toPhases(phases: readonly Phase[], fallback: number): NewPhase[] {
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
      startedAt: wholeMillis(start, `start_time_millis of phase "${p.name}"`),
      endedAt: wholeMillis(p.end_time_millis ?? start, `end_time_millis of phase "${p.name}"`),
      retryCount,
      docstring: p.codeinfo?.docstring ?? null,
      measurements: Object.entries(p.measurements ?? {}).map(toMeasurement),
    };
  });
}

function levelName(level: number): NewLog['level'] {
  if (level >= 50) return 'CRITICAL';
  if (level >= 40) return 'ERROR';
  if (level >= 30) return 'WARNING';
  return level >= 20 ? 'INFO' : 'DEBUG';
}

const toLog = (log: z.infer<typeof logRecord>): NewLog => ({
  level: levelName(log.level),
  timestamp: wholeMillis(log.timestamp_millis, 'timestamp_millis of a log record'),
  message: log.message,
  sourceFile: log.source ?? '',
  lineNumber: log.lineno ?? 0,
});

/**
 * Turns an OpenHTF record into the run that is stored. The phase that only asked for the serial number is left out.
 * @param now milliseconds since 1970, for a test that was aborted before it had a start time
 * @throws RunInputError when part number or procedure are missing, or a time is none
 */
export function openhtfRecordToNewRun(record: OpenhtfRecord, now: number): NewRun {
  const { metadata } = record;
  const phases = record.phases[0]?.name === 'trigger_phase' ? record.phases.slice(1) : record.phases;
  const start = record.start_time_millis || record.phases[0]?.start_time_millis || record.end_time_millis || now;
  return {
    procedure: requireProcedure(metadata.procedure_id),
    procedureVersion: metadata.procedure_version || null,
    serialNumber: record.dut_id || 'UNKNOWN_DUT',
    partNumber: requirePartNumber(metadata.part_number),
    partName: metadata.part_name || null,
    revision: metadata.revision || null,
    batch: metadata.batch_number || null,
    outcome: outcome.safeParse(record.outcome).data ?? 'ERROR',
    startedAt: wholeMillis(start, 'start_time_millis'),
    endedAt: wholeMillis(record.end_time_millis ?? start, 'end_time_millis'),
    docstring: record.code_info?.docstring ?? metadata.test_description ?? null,
    phases: toPhases(phases, start),
    logs: (record.log_records ?? []).map(toLog),
    subUnits: (metadata.sub_units ?? []).map((sub) => sub.serial_number),
  };
}
