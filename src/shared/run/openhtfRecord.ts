import * as z from 'zod';
import { exactNumber, finiteJson, type logLevel } from '../contract/common.ts';

const text = z.union([z.string(), exactNumber, z.boolean()]).transform((value) => String(value).trim());
const short = (what: string, max = 60) =>
  text.refine((value) => value.length <= max, `The ${what} must be at most ${max} characters long.`).nullish();
const millis = z.number().nullish();
const codeInfo = z.object({ docstring: z.string().nullish() }).nullish();

const measurement = z.object({
  outcome: z.string().nullish(),
  measured_value: finiteJson.optional(),
  units: z.object({ suffix: z.string().nullish() }).nullish().catch(null),
  docstring: z.string().nullish(),
  validators: z.array(z.unknown()).nullish(),
  dimensions: z
    .array(z.object({ name: z.string().nullish(), description: z.string().nullish(), suffix: z.string().nullish() }))
    .nullish()
    .catch(null),
});
export type OpenhtfMeasurement = z.infer<typeof measurement>;

const phase = z.object({
  name: z.string(),
  descriptor_id: z.unknown().optional(),
  outcome: z.string().nullish(),
  start_time_millis: millis,
  end_time_millis: millis,
  codeinfo: codeInfo,
  /** Its `phase_result` is null after a timeout, and an object for the exception that the phase raised. */
  result: z.object({ phase_result: z.unknown() }).nullish().catch(null),
  diagnosis_results: z.array(text).nullish().catch(null),
  failure_diagnosis_results: z.array(text).nullish().catch(null),
  measurements: z.record(z.string(), measurement).nullish(),
  /** By name; `data` (base64) only when the record was written with inlined attachments. */
  attachments: z
    .record(
      z.string(),
      z.object({ mimetype: z.string().nullish(), sha1: z.string().nullish(), data: z.string().nullish() }),
    )
    .nullish(),
});
export type OpenhtfPhase = z.infer<typeof phase>;

const component = z
  .union([text, z.object({ name: text }).transform(({ name }) => name)])
  .nullish()
  .catch(null);

const diagnosis = z.object({
  result: text,
  description: text.nullish().catch(null),
  component,
  is_failure: z.boolean().nullish().catch(null),
});

const logRecord = z.object({
  level: z.number(),
  source: z.string().nullish(),
  lineno: z.number().nullish(),
  timestamp_millis: z.number(),
  message: z.string(),
});
export type OpenhtfLog = z.infer<typeof logRecord>;

/**
 * The JSON record of a finished OpenHTF test (`OutputToJSON`). Only the phases are required, and unknown keys are ignored.
 * Source: openhtf 1.5 to 1.6, output/callbacks/json_factory.py.
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
  outcome_details: z
    .array(z.object({ code: text.nullish(), description: text.nullish() }))
    .nullish()
    .catch(null),
  diagnoses: z.array(diagnosis).nullish().catch(null),
});
export type OpenhtfRecord = z.infer<typeof openhtfRecord>;

export function levelName(level: number): z.infer<typeof logLevel> {
  if (level >= 50) return 'CRITICAL';
  if (level >= 40) return 'ERROR';
  if (level >= 30) return 'WARNING';
  return level >= 20 ? 'INFO' : 'DEBUG';
}

/** Returns the name of an exception type, which OpenHTF writes as Python prints a class: `<class 'ValueError'>`. */
export const exceptionName = (text: string): string => /^<class '(?:.*\.)?(\w+)'>$/.exec(text)?.[1] ?? text;
