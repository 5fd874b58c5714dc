import { comparable, ExactInteger } from '../../../shared/contract/exactJson.ts';
import { parseBoolean, parseMeasuredNumber } from '../csvValues.ts';
import { ImportError, operators } from '../importedRecord.ts';
import { at, childOf, childrenOf, type XmlElement } from './xmlElements.ts';

export type AtmlValue = number | ExactInteger | string | boolean | null;

export interface AtmlRule {
  readonly operator?: string;
  readonly expected_value?: AtmlValue;
  readonly expression?: string;
}

const numbers = /^(?:TS_)?(?:double|float|decimal|number|integer|unsignedInteger|long|unsignedLong|int|short)$/i;
const bases = /^(?:TS_)?(?:hexadecimal|octal|binary)$/i;

/** The type of a datum is in `xsi:type`, such as `c:double` or `ts:TS_string`. */
const typeOf = ({ attributes }: XmlElement): string => (attributes['type'] ?? '').replace(/^.*:/, '');

/** Texts of numbers as Windows writes them when they are not finite. */
const notFinite: readonly [RegExp, string][] = [
  [/^\+?1\.#INF0*$/i, 'inf'],
  [/^-1\.#INF0*$/i, '-inf'],
  [/^[+-]?(?:1\.#(?:IND|QNAN|SNAN)0*|IND)$/i, 'nan'],
];

/** @param isNumber whether a datum without a type is a number @throws ImportError if it is not of its type */
export function valueOf(datum: XmlElement, what: string, isNumber = false): AtmlValue {
  const type = typeOf(datum) || (isNumber ? 'double' : 'string');
  const said = datum.attributes['value'] ?? childOf(datum, 'Value')?.text;
  if (said === undefined) return null;
  const text = said.trim();
  if (numbers.test(type)) {
    if (text === '') return null;
    const special = notFinite.find(([pattern]) => pattern.test(text))?.[1];
    return parseMeasuredNumber(special ?? text, '.', what);
  }
  if (/boolean$/i.test(type)) return text === '' ? null : parseBoolean(text, what);
  if (bases.test(type)) return integerOf(text, type, what);
  return said;
}

function integerOf(text: string, type: string, what: string): number | ExactInteger {
  const prefix = /hex/i.test(type) ? '0x' : /octal/i.test(type) ? '0o' : '0b';
  try {
    const value = BigInt(prefix + text.replace(/^0[xob]/i, ''));
    return Number.isSafeInteger(Number(value)) ? Number(value) : new ExactInteger(String(value));
  } catch {
    throw new ImportError(`${what} has "${text}", which is not of the type ${type}.`);
  }
}

export function unitsOf(datum: XmlElement | undefined): string | null {
  const { standardUnit, nonStandardUnit, unit } = datum?.attributes ?? {};
  return standardUnit?.trim() || nonStandardUnit?.trim() || unit?.trim() || null;
}

/** Returns the numbers of a list with one dimension; null for anything else. */
export function numbersOf(array: XmlElement | undefined): number[] | null {
  const elements = childrenOf(array, 'Element');
  const dimensions = array?.attributes['dimensions'] ?? '';
  if (elements.length === 0 || dimensions.includes(',')) return null;
  const values = elements.map(({ attributes }) => Number(attributes['value'] || NaN));
  return values.every(Number.isFinite) ? values : null;
}

/** Returns the rules of the limits of a test result. @throws ImportError if a limit cannot be read */
export function rulesOf(limits: XmlElement | undefined, what: string): AtmlRule[] {
  const isOne = (limit: XmlElement): boolean => ['SingleLimit', 'Expected', 'LimitPair'].includes(limit.name);
  return (limits?.children.filter(isOne) ?? []).flatMap((limit) => {
    if (limit.name !== 'LimitPair') return ruleOf(limit, what);
    const rules = childrenOf(limit, 'Limit').flatMap((each) => ruleOf(each, what));
    const isEither = limit.attributes['operator']?.toUpperCase() === 'OR';
    if (!isEither || rules.length < 2) return rules;
    return [
      { expression: rules.map((rule) => `x ${rule.operator ?? ''} ${String(rule.expected_value)}`).join(' or ') },
    ];
  });
}

function ruleOf(limit: XmlElement, what: string): AtmlRule[] {
  const comparator = limit.attributes['comparator']?.toUpperCase() ?? 'EQ';
  const datum = childOf(limit, 'Datum');
  const operator = operators[comparator];
  const isOrder = operator !== undefined && operator !== '==' && operator !== '!=';
  const expected_value = datum === undefined ? null : valueOf(datum, `The limit of ${what}`, isOrder);
  if (expected_value === null) return [];
  if (comparator === 'CIEQ') return [{ expression: `x == '${String(expected_value)}', ignoring case` }];
  if (operator === undefined) {
    throw new ImportError(`The limit of ${what} has the comparator "${comparator}", which is unknown.`);
  }
  // An infinite limit is none.
  if (isOrder && comparable(expected_value) === null) return [];
  return [{ operator, expected_value }];
}

/** Returns whether a value keeps numeric rules; null if that cannot be said. */
export function isMetBy(rules: readonly AtmlRule[], value: AtmlValue): boolean | null {
  const measured = comparable(value);
  if (rules.length === 0 || measured === null) return null;
  const results = rules.map(({ operator, expected_value }) => {
    const limit = comparable(expected_value);
    if (limit === null) return null;
    switch (operator) {
      case '>=':
        return measured >= limit;
      case '>':
        return measured > limit;
      case '<=':
        return measured <= limit;
      case '<':
        return measured < limit;
      case '==':
        return measured === limit;
      case '!=':
        return measured !== limit;
      default:
        return null;
    }
  });
  return results.includes(null) ? null : !results.includes(false);
}

export const datumOf = (result: XmlElement): XmlElement | undefined => at(result, 'TestData', 'Datum');
