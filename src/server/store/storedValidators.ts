import * as z from 'zod';
import { measurementOutcome } from '../../shared/contract/common.ts';
import { parseExactly } from '../../shared/contract/exactJson.ts';
import type { NewValidator } from '../../shared/run/newRun.ts';
import { expressionOf } from '../../shared/run/validators.ts';

/**
 * The stored format of a measurement's validators: lists without names, because names would be most of a big database.
 * Each list has the operator, the expected value and the outcome; then whether it is decisive, if it is not or if an
 * expression follows; then the expression, unless it follows from operator and value.
 */
const stored = z.array(
  z.tuple([
    z.string().nullable(),
    z.unknown(),
    measurementOutcome,
    z.boolean().default(true),
    z.string().nullable().default(null),
  ]),
);

export const storedValidators = (validators: readonly NewValidator[]): unknown[] =>
  validators.map(({ operator, expected_value, outcome, is_decisive, expression, has_custom_expression }) => {
    if (has_custom_expression) return [operator, expected_value, outcome, is_decisive, expression];
    return is_decisive ? [operator, expected_value, outcome] : [operator, expected_value, outcome, is_decisive];
  });

export const validatorsFromJson = (json: string): NewValidator[] =>
  stored.parse(parseExactly(json)).map(([operator, expected_value, outcome, is_decisive, expression]) => ({
    operator,
    expected_value,
    expression: expression ?? (operator === null ? '' : expressionOf(operator, expected_value)),
    is_decisive,
    has_custom_expression: expression !== null,
    outcome,
  }));
