import { ExactInteger, type ExactNumber } from '../../shared/contract/exactJson.ts';
import type { CsvMapping } from './csvMapping.ts';
import { ImportError } from './importedRecord.ts';

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
export function parseNumber(text: string, decimal: CsvMapping['decimal'], column: string): ExactNumber {
  const plain = decimal === '.' ? text : text.includes('.') ? '' : text.replace(',', '.');
  const value = number.test(plain) ? Number(plain) : NaN;
  if (!Number.isFinite(value)) throw new ImportError(`Column "${column}" has "${text}", which is not a number.`);
  return Number.isSafeInteger(value) || !/^[+-]?\d+$/.test(plain)
    ? value
    : new ExactInteger(plain.replace(/^\+/, '').replace(/^(-?)0+(?=\d)/, '$1'));
}

export function parseMeasuredNumber(
  text: string,
  decimal: CsvMapping['decimal'],
  column: string,
): ExactNumber | string {
  return notFinite.get(text.toLowerCase()) ?? parseNumber(text, decimal, column);
}

/** @throws ImportError */
export function parseBoolean(text: string, column: string): boolean {
  if (/^(?:true|1|yes)$/i.test(text)) return true;
  if (/^(?:false|0|no)$/i.test(text)) return false;
  throw new ImportError(`Column "${column}" has "${text}", which is not true or false.`);
}

const iso = /^(\d{4}-\d\d-\d\d)[T ](\d\d):(\d\d)(?::(\d\d(?:\.\d+)?))?(?: ?(Z|[+-]\d\d:?\d\d))?$/i;

/** Returns milliseconds since 1970. @throws ImportError */
export function parseTime(text: string, { time_format, time_zone }: CsvMapping, column: string): number {
  if (time_format !== 'iso') {
    if (!/^\d+(?:\.\d+)?$/.test(text)) throw notATime(text, column, `a number, as time_format says`);
    return Number(text) * (time_format === 'unix_seconds' ? 1000 : 1);
  }
  const [, date = '', hours = '', minutes = '', seconds = '0', zone] = iso.exec(text) ?? [];
  const midnight = Date.parse(`${date}T00:00:00Z`);
  const isDate = Number.isFinite(midnight) && new Date(midnight).toISOString().startsWith(date);
  if (!isDate || Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) >= 60) {
    throw notATime(text, column, 'a date and time such as 2026-03-02T08:15:30+01:00');
  }
  const afterMidnight = Number(hours) * 60 + Number(minutes);
  if (zone === undefined) {
    if (time_zone !== undefined) return time_zone.instantOf(date, afterMidnight) + Number(seconds) * 1000;
    throw new ImportError(`Column "${column}" has "${text}", which names no time zone. Set time_zone in the mapping.`);
  }
  return midnight + (afterMidnight - offsetMinutes(zone)) * 60_000 + Number(seconds) * 1000;
}

function offsetMinutes(zone: string): number {
  const [, sign, hours = 0, minutes = 0] = /^([+-])(\d\d):?(\d\d)$/.exec(zone) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

const notATime = (text: string, column: string, form: string): ImportError =>
  new ImportError(`Column "${column}" has "${text}", which is not ${form}.`);
