import * as z from 'zod';
import { exactNumber, outcome } from '../../shared/contract/common.ts';
import { Calendar } from '../../shared/uptime/uptimeCalendar.ts';

const column = z.string().min(1);
/** The column of a value, or the value for all rows. */
const source = z.union(
  [column, z.strictObject({ value: z.string().min(1) })],
  'Name a column, or write {"value": "…"}.',
);

const measurement = z
  .strictObject({
    column,
    /** Default: the name of the column. */
    name: z.string().min(1).optional(),
    phase: z.string().min(1).default('Measurements'),
    type: z.enum(['number', 'text', 'boolean']).default('number'),
    units: z.string().min(1).optional(),
    lower_limit: exactNumber.optional(),
    upper_limit: exactNumber.optional(),
    lower_limit_column: column.optional(),
    upper_limit_column: column.optional(),
    units_column: column.optional(),
    outcome_column: column.optional(),
  })
  .refine((each) => each.type === 'number' || !hasLimits(each), 'Only a measurement of the type number has limits.')
  .refine((each) => each.lower_limit === undefined || each.lower_limit_column === undefined, 'Give one lower limit.')
  .refine((each) => each.upper_limit === undefined || each.upper_limit_column === undefined, 'Give one upper limit.')
  .refine((each) => each.units === undefined || each.units_column === undefined, 'Give one unit.');
export type CsvMeasurement = z.infer<typeof measurement>;

const hasLimits = (each: Record<string, unknown>): boolean =>
  ['lower_limit', 'upper_limit', 'lower_limit_column', 'upper_limit_column'].some((key) => each[key] !== undefined);

const zone = z.string().transform((name, context) => {
  try {
    return new Calendar(name);
  } catch {
    context.addIssue(`There is no time zone "${name}".`);
    return z.NEVER;
  }
});

/** How the columns of a CSV file become runs: one row is one run. */
export const csvMapping = z.strictObject({
  delimiter: z.string().length(1).default(','),
  decimal: z.enum(['.', ',']).default('.'),
  time_format: z.enum(['iso', 'unix_seconds', 'unix_milliseconds']).default('iso'),
  /** Of times that name none. Without it, such times are refused. */
  time_zone: zone.optional(),
  serial_number: column,
  started_at: column,
  ended_at: column.optional(),
  duration_seconds: column.optional(),
  outcome: source,
  /** What the words of the file mean. Default: the outcomes themselves. */
  outcomes: z.record(z.string(), outcome).optional(),
  part_number: source.optional(),
  revision_number: source.optional(),
  batch_number: source.optional(),
  procedure_version: source.optional(),
  operated_by: source.optional(),
  measurements: z.array(measurement).default([]),
  /** Columns that become metadata of the run, by the key of the metadata. */
  metadata: z.record(z.string(), column).default({}),
});
export type CsvMapping = z.infer<typeof csvMapping>;
