import * as z from 'zod';
import { runs } from '../../shared/contract/runs.ts';
import { type NewRun, RunInputError } from '../../shared/run/newRun.ts';
import { v2RunToNewRun } from '../../shared/run/v2Run.ts';
import type { Calendar } from '../../shared/uptime/uptimeCalendar.ts';
import type { ProcedureSummary } from '../store/procedures.ts';

export interface ImportTarget {
  readonly procedure: Pick<ProcedureSummary, 'id'>;
  /** The part number of records that have none; null: such records are bad. */
  readonly partNumber: string | null;
  /** Of times that name none; null: records with such times are bad. */
  readonly timeZone: Calendar | null;
  /** The template of the serial numbers of STDF, such as `{lot}-{part_id}`. */
  readonly serialNumber: string | null;
}

export type ImportedRecord = GoodRecord | BadRecord;

export interface GoodRecord {
  /** Where it is in its file: `:12` is a line, `#3` the third record of a list, and `@512` the position of a byte. */
  readonly place: string;
  /** What the file says of the result. The same content again is the same result. */
  readonly content: unknown;
  readonly run: NewRun;
  /** The names of fields with a value that a run has no place for. */
  readonly notStored: readonly string[];
}

interface BadRecord {
  readonly place: string;
  readonly problem: string;
}

/** A record that cannot be read. The message is a sentence for the user. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
}

export function recordOf(
  place: string,
  content: unknown,
  read: () => Pick<GoodRecord, 'run' | 'notStored'>,
): ImportedRecord {
  try {
    return { place, content, ...read() };
  } catch (error) {
    if (error instanceof z.ZodError) return { place, problem: sentencesOf(error) };
    if (error instanceof ImportError || error instanceof RunInputError) return { place, problem: error.message };
    throw error;
  }
}

/** The body of v2 `POST /runs`, whose rules all records obey. @throws ZodError, RunInputError */
export const runOfBody = (body: unknown): NewRun => v2RunToNewRun(runs.create.body.parse(body));

const maxIssues = 5;

const sentencesOf = (error: z.ZodError): string =>
  error.issues
    .slice(0, maxIssues)
    .map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message))
    .join(' ');

export function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** Returns the keys of an object that are not in the list and have a value, each with the prefix. */
export function otherKeys(value: unknown, known: readonly string[], prefix = ''): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) =>
    known.includes(key) || isEmpty(each) ? [] : [`${prefix}${key}`],
  );
}

const object = z.record(z.string(), z.unknown());

/** Returns the objects of a list or the values of an object; none for anything else. */
export function objectsIn(value: unknown): Record<string, unknown>[] {
  const all: unknown[] = Array.isArray(value) ? value : Object.values(object.safeParse(value).data ?? {});
  return all.flatMap((each) => {
    const { data } = object.safeParse(each);
    return data === undefined ? [] : [data];
  });
}

export const withoutEmpty = <T>(fields: Readonly<Record<string, T>>): Record<string, NonNullable<T>> =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([key, value]) => (value == null || value === '' ? [] : [[key, value]])),
  );

/** The operators by their names in ATML and WATS. */
export const operators: Readonly<Record<string, string>> = { EQ: '==', NE: '!=', GT: '>', LT: '<', GE: '>=', LE: '<=' };
