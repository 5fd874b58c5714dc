import { ExactInteger, type ExactNumber } from '../../shared/contract/exactJson.ts';
import type { CsvMapping } from './csvMapping.ts';
import { ImportError } from './importedRecord.ts';
import { notATime, parseIsoTime } from './isoTime.ts';

const number = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
/** OpenHTF stores these as texts. */
const notFinite = new Map([
  ['nan', 'nan'],
  ['inf', 'inf'],
  ['+inf', 'inf'],
  ['-inf', '-inf'],
  ['infinity', 'inf'],
  ['-infinity', '-inf'],
]);

/** Returns a finite number exactly as the text has it. @throws ImportError */
export function parseNumber(text: string, decimal: CsvMapping['decimal'], what: string): ExactNumber {
  const plain = decimal === '.' ? text : text.includes('.') ? '' : text.replace(',', '.');
  const value = number.test(plain) ? Number(plain) : NaN;
  if (!Number.isFinite(value)) throw new ImportError(`${what} has "${text}", which is not a number.`);
  return Number.isSafeInteger(value) || !/^[+-]?\d+$/.test(plain)
    ? value
    : new ExactInteger(plain.replace(/^\+/, '').replace(/^(-?)0+(?=\d)/, '$1'));
}

export function parseMeasuredNumber(text: string, decimal: CsvMapping['decimal'], what: string): ExactNumber | string {
  return notFinite.get(text.toLowerCase()) ?? parseNumber(text, decimal, what);
}

/** @throws ImportError */
export function parseBoolean(text: string, what: string): boolean {
  if (/^(?:true|1|yes)$/i.test(text)) return true;
  if (/^(?:false|0|no)$/i.test(text)) return false;
  throw new ImportError(`${what} has "${text}", which is not true or false.`);
}

/** Returns milliseconds since 1970. @throws ImportError */
export function parseTime(text: string, { time_format, time_zone }: CsvMapping, column: string): number {
  const what = `Column "${column}"`;
  if (time_format === 'iso') return parseIsoTime(text, time_zone ?? null, what, 'Set time_zone in the mapping.');
  if (!/^\d+(?:\.\d+)?$/.test(text)) throw notATime(text, what, `a number, as time_format says`);
  return Number(text) * (time_format === 'unix_seconds' ? 1000 : 1);
}
