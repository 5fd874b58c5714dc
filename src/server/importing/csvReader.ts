import { CsvError, parse } from 'csv-parse/sync';
import * as z from 'zod';
import { outcome } from '../../shared/contract/common.ts';
import { comparable, type ExactNumber } from '../../shared/contract/exactJson.ts';
import type { CsvMapping, CsvMeasurement } from './csvMapping.ts';
import { parseBoolean, parseMeasuredNumber, parseNumber, parseTime } from './csvValues.ts';
import { type ImportedRecord, ImportError, type ImportTarget, recordOf, runOfBody } from './importedRecord.ts';
import { isoTime } from './isoTime.ts';

const rows = z.array(z.object({ record: z.array(z.string()), info: z.object({ lines: z.number() }) }));

/** Reads a CSV file in UTF-8 with a header. @throws ImportError when the file as a whole cannot be read */
export function readCsv(text: string, mapping: CsvMapping, target: ImportTarget): ImportedRecord[] {
  const [header, ...records] = parseRows(text, mapping.delimiter);
  if (header === undefined) throw new ImportError('The file is empty.');
  const names = header.record.map((name) => name.trim());
  const twice = names.find((name, index) => name !== '' && names.indexOf(name) !== index);
  if (twice !== undefined) throw new ImportError(`The header has the column "${twice}" twice.`);
  const used = columnsOf(mapping);
  const missing = used.filter((name) => !names.includes(name));
  if (missing.length > 0) throw new ImportError(`The header has no column ${quoted(missing)}.`);
  const others = names.filter((name) => name !== '' && !used.includes(name));
  return records.map(({ record, info: { lines } }) => {
    const row = new Map(names.map((name, index) => [name, (record[index] ?? '').trim()]));
    return recordOf(`:${lines}`, Object.fromEntries(row), () => {
      if (record.length !== names.length) {
        throw new ImportError(`The row has ${record.length} columns, and the header has ${names.length}.`);
      }
      return { run: runOfBody(bodyOf(row, mapping, target)), notStored: others.filter((name) => row.get(name) !== '') };
    });
  });
}

function parseRows(text: string, delimiter: string) {
  try {
    const options = {
      bom: true,
      delimiter,
      record_delimiter: ['\r\n', '\n', '\r'],
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
    };
    return rows.parse(parse(text, options));
  } catch (error) {
    if (error instanceof CsvError) throw new ImportError(`The file is not valid CSV: ${error.message}`);
    throw error;
  }
}

const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');

function columnsOf(mapping: CsvMapping): string[] {
  const { outcome: result, part_number, revision_number, batch_number, procedure_version, operated_by } = mapping;
  const sources = [result, part_number, revision_number, batch_number, procedure_version, operated_by];
  return [
    ...new Set(
      [
        mapping.serial_number,
        mapping.started_at,
        mapping.ended_at,
        mapping.duration_seconds,
        ...sources.map((each) => (typeof each === 'string' ? each : undefined)),
        ...mapping.measurements.flatMap((each) => [
          each.column,
          each.lower_limit_column,
          each.upper_limit_column,
          each.units_column,
          each.outcome_column,
        ]),
        ...Object.values(mapping.metadata),
      ].filter((name) => name !== undefined),
    ),
  ];
}

type Row = ReadonlyMap<string, string>;

const cell = (row: Row, column: string | undefined): string => (column === undefined ? '' : (row.get(column) ?? ''));

function bodyOf(row: Row, mapping: CsvMapping, { procedure, partNumber }: ImportTarget): unknown {
  const valueOf = (source: CsvMapping['part_number']): string | null =>
    (typeof source === 'object' ? source.value : cell(row, source)) || null;
  const started = parseTime(cell(row, mapping.started_at), mapping, mapping.started_at);
  const started_at = isoTime(started);
  const ended_at = isoTime(endOf(row, mapping, started));
  const measured = mapping.measurements.map((each) => ({ phase: each.phase, body: measurementOf(row, each, mapping) }));
  return {
    procedure_id: procedure.id,
    serial_number: cell(row, mapping.serial_number),
    part_number: valueOf(mapping.part_number) ?? partNumber,
    revision_number: valueOf(mapping.revision_number),
    batch_number: valueOf(mapping.batch_number),
    procedure_version: valueOf(mapping.procedure_version),
    operated_by: valueOf(mapping.operated_by),
    outcome: outcomeOf(valueOf(mapping.outcome) ?? '', mapping),
    started_at,
    ended_at,
    phases: [...Map.groupBy(measured, ({ phase }) => phase)].map(([name, all]) => {
      const measurements = all.map(({ body }) => body);
      const isFailed = measurements.some((each) => each.outcome === 'FAIL');
      return { name, outcome: isFailed ? 'FAIL' : 'PASS', started_at, ended_at, measurements };
    }),
    metadata: Object.fromEntries(
      Object.entries(mapping.metadata).flatMap(([key, column]) => {
        const value = cell(row, column);
        return value === '' ? [] : [[key, value]];
      }),
    ),
  };
}

function endOf(row: Row, mapping: CsvMapping, started: number): number {
  const [ended, duration] = [cell(row, mapping.ended_at), cell(row, mapping.duration_seconds)];
  if (ended !== '') return parseTime(ended, mapping, mapping.ended_at ?? '');
  if (duration === '') return started;
  return started + Number(parseNumber(duration, mapping.decimal, columnOf(mapping.duration_seconds))) * 1000;
}

function outcomeOf(text: string, { outcomes }: CsvMapping): string {
  const meant = outcomes === undefined ? outcome.safeParse(text.toUpperCase()).data : outcomes[text];
  if (meant !== undefined) return meant;
  const expected = outcomes === undefined ? outcome.options : Object.keys(outcomes);
  throw new ImportError(
    `The outcome "${text}" is not one of ${expected.join(', ')}. Say in the mapping what it means.`,
  );
}

function measurementOf(row: Row, measurement: CsvMeasurement, mapping: CsvMapping) {
  const { column, type, lower_limit_column, upper_limit_column, units_column, outcome_column } = measurement;
  const text = cell(row, column);
  const limit = (own: ExactNumber | undefined, from: string | undefined): ExactNumber | null => {
    const given = cell(row, from);
    return own ?? (given === '' ? null : parseNumber(given, mapping.decimal, columnOf(from)));
  };
  const lower_limit = limit(measurement.lower_limit, lower_limit_column);
  const upper_limit = limit(measurement.upper_limit, upper_limit_column);
  const value = text === '' ? null : valueOf(text, type, mapping, column);
  return {
    name: measurement.name ?? column,
    outcome: measuredOutcome(cell(row, outcome_column), value, lower_limit, upper_limit, mapping),
    measured_value: value,
    units: (measurement.units ?? cell(row, units_column)) || null,
    lower_limit,
    upper_limit,
  };
}

const columnOf = (name = ''): string => `Column "${name}"`;

function valueOf(text: string, type: CsvMeasurement['type'], { decimal }: CsvMapping, column: string) {
  if (type === 'text') return text;
  return type === 'boolean'
    ? parseBoolean(text, columnOf(column))
    : parseMeasuredNumber(text, decimal, columnOf(column));
}

function measuredOutcome(
  said: string,
  value: unknown,
  lower: ExactNumber | null,
  upper: ExactNumber | null,
  mapping: CsvMapping,
): 'PASS' | 'FAIL' | 'UNSET' {
  if (said !== '') {
    const outcome = outcomeOf(said, mapping);
    if (outcome === 'PASS' || outcome === 'FAIL') return outcome;
    throw new ImportError(`A measurement has the outcome "${said}", and can only pass or fail.`);
  }
  if (value === null) return 'UNSET';
  if (lower === null && upper === null) return 'PASS';
  const [measured, low, high] = [value, lower, upper].map(comparable);
  if (measured == null) return 'FAIL'; // nan or inf
  return (low == null || measured >= low) && (high == null || measured <= high) ? 'PASS' : 'FAIL';
}
