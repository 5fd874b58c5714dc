import type { MeasurementOutcome } from '../contract/common.ts';
import { comparable, ExactInteger, type ExactNumber } from '../contract/exactJson.ts';
import type { NewValidator } from './newRun.ts';

export type Rule = Omit<NewValidator, 'outcome'>;

const comparison = /^x (==|!=|<=|>=|<|>) (.+)$/s;
const range = /^(?:(\S+) <= )?(?:Marginal:(\S+) <= )?x(?: <= Marginal:(\S+))?(?: <= (\S+))?$/;
const regex = /^'x' matches \/(.*)\/$/s;
const equalTo = /^'x' is equal to '(.*)'$/s;
const percent = /^'x' is within (\S+)% of (\S+)\.(?: Marginal: (\S+)% of \S+)?$/;
/** Python's own text for a function or object without a text of its own; the address differs in every run. */
const anonymous = /^<.* at 0x[0-9a-fA-F]+>$/s;

const literalText = (value: unknown): string => {
  if (typeof value === 'string') return `'${value}'`;
  return comparable(value) === null ? JSON.stringify(value) : String(value);
};

export const expressionOf = (operator: string, expected: unknown): string => `x ${operator} ${literalText(expected)}`;

const rule = (operator: string, expected_value: unknown, is_decisive = true): Rule => ({
  operator,
  expected_value,
  expression: expressionOf(operator, expected_value),
  is_decisive,
  has_custom_expression: false,
});

const textOnly = (expression: string): Rule => ({
  operator: null,
  expected_value: null,
  expression,
  is_decisive: true,
  has_custom_expression: true,
});

function finite(text: string | undefined): number | null {
  const value = text === undefined || text === '' ? NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}

function exact(text: string | undefined): ExactNumber | null {
  const value = finite(text);
  const isRounded = value !== null && !Number.isSafeInteger(value) && /^-?\d+$/.test(text ?? '');
  return isRounded ? new ExactInteger(text ?? '') : value;
}

function literal(text: string): unknown {
  if (/^true$/i.test(text)) return true;
  if (/^false$/i.test(text)) return false;
  if (text === 'None') return null;
  const quoted = /^'(.*)'$|^"(.*)"$/s.exec(text);
  if (quoted) return quoted[1] ?? quoted[2];
  return exact(text) ?? undefined;
}

function parseRange(text: string): Rule[] | null {
  const match = range.exec(text);
  if (!match) return null;
  const given: readonly (string | undefined)[] = match.slice(1);
  const [minimum, marginalMinimum, marginalMaximum, maximum] = given.map(exact);
  // A bound that is not finite (inf, a placeholder) cannot be compared, so only its text is kept.
  if (given.some((bound) => finite(bound) === null && bound)) return null;
  const rules = [
    ...(minimum != null ? [rule('>=', minimum)] : []),
    ...(maximum != null ? [rule('<=', maximum)] : []),
    ...(marginalMinimum != null ? [rule('>=', marginalMinimum, false)] : []),
    ...(marginalMaximum != null ? [rule('<=', marginalMaximum, false)] : []),
  ];
  if (minimum != null && String(minimum) === String(maximum)) return [rule('==', minimum), ...rules.slice(2)];
  return rules.length > 0 ? rules : null;
}

function parsePercent(text: string): Rule[] | null {
  const match = percent.exec(text);
  const part = finite(match?.[1]);
  const of = finite(match?.[2]);
  const marginal = finite(match?.[3]);
  if (part === null || of === null) return null;
  const bounds = (share: number, is_decisive: boolean): Rule[] => {
    const distance = Math.abs((of * share) / 100);
    return [rule('>=', of - distance, is_decisive), rule('<=', of + distance, is_decisive)].map((bound) => ({
      ...bound,
      expression: text,
      has_custom_expression: true,
    }));
  };
  return [...bounds(part, true), ...(marginal ? bounds(marginal, false) : [])];
}

/**
 * Reads one validator in OpenHTF's text form (`3.2 <= x <= 3.4`, `'x' matches /re/`, …) into rules that can be drawn and
 * compared. Other validators keep only their text. Source of the forms: `__str__` in openhtf/util/validators.py.
 */
export function parseValidator(text: string): Rule[] {
  if (anonymous.test(text)) return [textOnly('custom check')];
  const compared = comparison.exec(text);
  const expected = compared ? literal(compared[2] ?? '') : undefined;
  if (compared?.[1] && expected !== undefined) return [rule(compared[1], expected)];
  const ranged = parseRange(text);
  if (ranged) return ranged;
  const matched = regex.exec(text);
  if (matched) {
    const asRegex = rule('matches', matched[1]);
    const text = textOfRegex(matched[1] ?? '');
    return [
      text === null ? asRegex : { ...asRegex, expression: expressionOf('==', text), has_custom_expression: true },
    ];
  }
  const equal = equalTo.exec(text);
  if (equal) return [{ ...rule('==', equal[1]), expression: text, has_custom_expression: true }];
  return parsePercent(text) ?? [textOnly(text)];
}

/** Returns the text that a regular expression of OpenHTF's `equals("…")` stands for; null for any other expression. */
function textOfRegex(expression: string): string | null {
  const escaped = /^\^((?:[^\\^$.|?*+()[\]{}]|\\[^A-Za-z0-9])*)\$$/s.exec(expression)?.[1];
  return escaped?.replace(/\\(.)/gs, '$1') ?? null;
}

export const limitRules = (lower: ExactNumber | null | undefined, upper: ExactNumber | null | undefined): Rule[] => [
  ...(lower != null ? [rule('>=', lower)] : []),
  ...(upper != null ? [rule('<=', upper)] : []),
];

export function isFulfilled(operator: string | null, limit: unknown, measured: unknown): boolean | null {
  const value = comparable(measured);
  const expected = comparable(limit);
  if (operator === '==' || operator === '!=') {
    if (value !== null && expected !== null) return (value <= expected && value >= expected) === (operator === '==');
    return typeof measured === typeof limit ? (measured === limit) === (operator === '==') : null;
  }
  if (value === null || expected === null) return null;
  if (operator === '>=') return value >= expected;
  if (operator === '<=') return value <= expected;
  if (operator === '>') return value > expected;
  if (operator === '<') return value < expected;
  return null;
}

/**
 * Evaluates each rule. A passed measurement passed all decisive rules, and an unset measurement none. For a failed
 * measurement, the rules are compared with the value where possible, and a single decisive rule failed.
 */
export function evaluateRules(rules: readonly Rule[], measurement: MeasurementOutcome, value: unknown): NewValidator[] {
  const decisive = rules.filter((r) => r.is_decisive).length;
  const outcomeOf = (r: Rule): MeasurementOutcome => {
    if (measurement === 'UNSET') return 'UNSET';
    if (measurement === 'PASS' && r.is_decisive) return 'PASS';
    const held = isFulfilled(r.operator, r.expected_value, value);
    if (held !== null) return held ? 'PASS' : 'FAIL';
    return r.is_decisive && decisive === 1 ? 'FAIL' : 'UNSET';
  };
  return rules.map((r) => ({ ...r, outcome: outcomeOf(r) }));
}
