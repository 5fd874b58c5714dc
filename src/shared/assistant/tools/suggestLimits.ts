import * as z from 'zod';
import { limitsMethods, proposeRoundedLimits, sideOf, valuesInUnits } from '../../analytics/limitsStudy.ts';
import { type PastUnit, PastUnits } from '../../analytics/pastUnits.ts';
import { analytics } from '../../contract/analytics.ts';
import type { SpecLimits } from '../../statistics/capability.ts';
import type { LimitsMethod } from '../../statistics/limitsProposal.ts';
import { testNormality } from '../../statistics/normality.ts';
import { readingTool } from '../tool.ts';
import { ToolError } from '../toolError.ts';
import { untrustedName } from '../untrustedText.ts';
import { AnswerPage, next, pageInputs } from './answerPage.ts';
import { findMeasurement, measurementInputs } from './measurementSubject.ts';
import { appliedFilter, appliedFilterOf, statisticsFilterOf, statisticsInput } from './statisticsFilter.ts';

/** The server computes a proposal from this number of values in less than 50 ms. */
const usualValues = 1_000;
/** As many as the page with the limits of a measurement loads. */
const mostValues = 20_000;
const mostExamples = 2;

const methodNames = [
  'sigma_3',
  'sigma_4',
  'sigma_6',
  'percentiles_1_99',
  'percentiles_0.1_99.9',
  'ppk_1.33',
  'ppk_1.67',
] as const;

const limits = { lower: z.number().nullable(), upper: z.number().nullable() };

const changedUnit = z.object({ serial_number: untrustedName, value: z.number(), run_id: z.string() });

const proposal = z.object({
  method: z.enum(['current', 'given', ...methodNames]),
  ...limits,
  refusal: z.string().nullable().describe('Why the method gives no limits.'),
  units_to_fail: z.number().nullable().describe('Units that passed and would fail.'),
  units_to_pass: z.number().nullable().describe('Units that failed and would pass.'),
  examples_to_fail: z.array(changedUnit),
  examples_to_pass: z.array(changedUnit),
});

export const suggestLimits = readingTool({
  name: 'suggest_limits',
  title: 'Suggest Limits',
  description:
    'Proposes limits of a measurement from its stored values by several methods, and says for each which past units would change their ' +
    'verdict, with example run ids. Give lower and upper to try limits of your own. It writes nothing: a person sets limits in the script. ' +
    'Proposals say what is usual, not what the product needs; say so, and ask for the requirement behind the limits. Without since, it ' +
    'covers 90 days.',
  input: z.object({
    ...statisticsInput,
    ...measurementInputs,
    method: z.enum(methodNames).optional().describe('One method; by default all.'),
    lower: z.number().optional().describe('A lower limit to try. A side that is not given keeps its limit.'),
    upper: z.number().optional().describe('An upper limit to try.'),
    newest_values: z
      .int()
      .min(1)
      .max(mostValues)
      .optional()
      .describe(
        `How many of the newest values to use, by default ${usualValues}. Rare values show in many; ${mostValues} take the server half a second.`,
      ),
    ...pageInputs,
  }),
  output: z.object({
    filter: appliedFilter,
    phase: untrustedName,
    measurement: untrustedName,
    units: untrustedName.nullable(),
    value_count: z.number(),
    unit_count: z.number().describe('Each unit counts with its newest value.'),
    has_older_values: z.boolean().describe('There are older values than the newest_values that are counted.'),
    values_in_other_units: z.number().describe('Values in other units of measure are not counted.'),
    advice: z.string(),
    proposals: z.array(proposal),
    next,
  }),
  async answer(input, call) {
    const page = new AnswerPage(input);
    const filter = await statisticsFilterOf(call, input);
    const { phase_name, measurement_name, query } = await findMeasurement(call, filter, input);
    const found = await call(analytics.values, {
      params: { id: filter.procedure.id },
      query: { ...query, limit: input.newest_values ?? usualValues },
    });
    if (found.values.length === 0) {
      throw new ToolError('No run has a number for this measurement: limits can be proposed for numbers only.');
    }
    const current = found.limits[found.limits_index.at(-1) ?? 0] ?? { lower: null, upper: null, units: null };
    const tried = { lower: input.lower ?? current.lower, upper: input.upper ?? current.upper };
    if (tried.lower !== null && tried.upper !== null && tried.lower > tried.upper) {
      throw new ToolError('The lower limit is above the upper one: give both, the smaller one as lower.');
    }
    const study = valuesInUnits(found, current.units);
    const past = new PastUnits(study);
    const offer = (method: z.input<typeof proposal>['method'], offered: SpecLimits) => {
      const { toFail, toPass } = past.changes(offered);
      return {
        method,
        lower: offered.lower,
        upper: offered.upper,
        refusal: null,
        units_to_fail: toFail.length,
        units_to_pass: toPass.length,
        examples_to_fail: toFail.slice(0, mostExamples).map(changedUnitOf),
        examples_to_pass: toPass.slice(0, mostExamples).map(changedUnitOf),
      };
    };
    const methods = limitsMethods.filter((method) => input.method === undefined || methodName(method) === input.method);
    return {
      filter: appliedFilterOf(filter, found),
      phase: phase_name,
      measurement: measurement_name,
      units: current.units,
      value_count: study.values.length,
      unit_count: past.count,
      has_older_values: found.has_more,
      values_in_other_units: found.values.length - study.values.length,
      advice: adviceFor(study.values),
      proposals: page.take(proposal, [
        offer('current', current),
        ...(input.lower === undefined && input.upper === undefined ? [] : [offer('given', tried)]),
        ...methods.map((method) => {
          const proposed = proposeRoundedLimits(study.values, method, sideOf(current));
          if (proposed.kind === 'limits') return offer(methodName(method), proposed);
          const refusal =
            proposed.kind === 'tooFew'
              ? `This method needs ${proposed.needed} values; there are ${proposed.count}.`
              : 'All values are equal, so that no limits follow from them.';
          return { method: methodName(method), ...noLimits, refusal };
        }),
      ]),
      next: page.next,
    };
  },
});

const noLimits = {
  lower: null,
  upper: null,
  units_to_fail: null,
  units_to_pass: null,
  examples_to_fail: [],
  examples_to_pass: [],
};

const changedUnitOf = ({ serialNumber, value, runId }: PastUnit): z.input<typeof changedUnit> => ({
  serial_number: serialNumber,
  value,
  run_id: runId,
});

function methodName(method: LimitsMethod): (typeof methodNames)[number] {
  const name =
    method.kind === 'sigmas'
      ? `sigma_${method.sigmas}`
      : method.kind === 'ppk'
        ? `ppk_${method.ppk}`
        : `percentiles_${100 * method.lower}_${100 * method.upper}`;
  return z.enum(methodNames).parse(name);
}

function adviceFor(values: readonly number[]): string {
  const normality = testNormality(values);
  if (normality.kind === 'tooFew') return `${normality.count} values say little about the limits.`;
  return normality.kind === 'tested' && !normality.isNormal
    ? 'The values are not normally distributed: prefer percentiles to sigma and Ppk.'
    : 'Proposals say what is usual, not what the product needs.';
}
