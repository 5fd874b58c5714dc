import * as z from 'zod';
import { analytics } from '../../contract/analytics.ts';
import { phaseOutcome } from '../../contract/common.ts';
import { type Run, runs } from '../../contract/runs.ts';
import { reportOf } from '../../run/report.ts';
import { type ComparedMeasurement, compareRuns as compare, fewestForSigmas } from '../../run/runComparison.ts';
import { type CallOperation, readingTool } from '../tool.ts';
import { ToolError } from '../toolError.ts';
import { untrustedName } from '../untrustedText.ts';
import { AnswerPage, next, pageInputs } from './answerPage.ts';
import { runIdInput, runIdOf, startedIn, statisticsDays, statisticsPeriodOf } from './inputs.ts';
import { measuredValue, measuredValueOf } from './measuredValue.ts';
import { runHead, runHeadOf } from './runItems.ts';

const difference = z.enum(['only_left', 'only_right', 'outcome', 'limits', 'units', 'value']);

const phaseRow = z.object({
  phase: untrustedName,
  differences: z.array(difference),
  left: phaseOutcome.nullable(),
  right: phaseOutcome.nullable(),
});

const measurementRow = z.object({
  phase: untrustedName,
  name: untrustedName,
  of: untrustedName.nullable(),
  differences: z.array(difference),
  left: measuredValue.nullable(),
  right: measuredValue.nullable(),
  difference: z.number().nullable().describe('Right minus left, of numbers in the same units.'),
  sigmas: z
    .number()
    .nullable()
    .describe(
      `The difference in standard deviations of the runs with the limits used last, of the ${statisticsDays} days before the later run.`,
    ),
  sigma_count: z
    .number()
    .nullable()
    .describe(`The n of that standard deviation. Below ${fewestForSigmas} sigmas is null.`),
});

export const compareRuns = readingTool({
  name: 'compare_runs',
  title: 'Compare Runs',
  description:
    'Compares two runs, the older one on the left: station, version and unit, phases with another outcome, and measurements that differ in ' +
    'outcome, value, limits or units. A difference of values is also given in standard deviations of the procedure, so that chance can be ' +
    'told from a change. Good pairs: a failed run and the last passed one, or the runs of one unit before and after a repair.',
  input: z.object({
    run_id: runIdInput,
    other_run_id: runIdInput,
    ...pageInputs,
  }),
  output: z.object({
    left: runHead,
    right: runHead,
    changed: z
      .array(z.enum(['procedure', 'version', 'station', 'unit', 'outcome']))
      .describe('What differs between the heads.'),
    no_sigmas: z.string().nullable().describe('Why no difference is given in standard deviations.'),
    equal_measurement_count: z.number(),
    phases: z.array(phaseRow),
    measurements: z.array(measurementRow),
    next,
  }),
  async answer(input, call) {
    const page = new AnswerPage(input);
    const ids = [runIdOf(input.run_id), runIdOf(input.other_run_id)];
    if (ids[0] === ids[1])
      throw new ToolError('Both ids are those of one run: give the id of another run to compare it with.');
    const loaded = await Promise.all(ids.map((id) => call(runs.get, { params: { id } })));
    const [left, right] = loaded.sort((one, other) => Date.parse(one.started_at) - Date.parse(other.started_at));
    if (left === undefined || right === undefined) throw new Error('Two runs are needed.');
    const compared = compare(reportOf(left), reportOf(right));
    const different = compared.measurements.filter(({ differences }) => differences.length > 0);
    const sigmas = await sigmasOf(call, left, right);
    return {
      left: runHeadOf(left),
      right: runHeadOf(right),
      changed: changedHeads(left, right),
      no_sigmas:
        sigmas === null ? 'Differences are not given in sigmas, because the runs are of different procedures.' : null,
      equal_measurement_count: compared.measurements.length - different.length,
      phases: page.take(
        phaseRow,
        compared.phases
          .filter(({ differences }) => differences.length > 0)
          .map(({ name, differences, left, right }) => ({
            phase: name,
            differences: [...differences],
            left: left?.outcome ?? null,
            right: right?.outcome ?? null,
          })),
      ),
      measurements: page.take(
        measurementRow,
        different.map((row) =>
          measurementRowOf(row, row.of === null ? sigmas?.get(keyOf(row.phase, row.name)) : undefined),
        ),
      ),
      next: page.next,
    };
  },
});

interface PopulationSigma {
  readonly sigma: number | null;
  readonly value_count: number;
}

const keyOf = (phase: string, measurement: string): string => JSON.stringify([phase, measurement]);

async function sigmasOf(call: CallOperation, left: Run, right: Run): Promise<Map<string, PopulationSigma> | null> {
  if (left.procedure.id !== right.procedure.id) return null;
  const query = startedIn(statisticsPeriodOf({ until: right.started_at }));
  const { measurements } = await call(analytics.measurements, { params: { id: left.procedure.id }, query });
  return new Map(measurements.map((each) => [keyOf(each.phase_name, each.measurement_name), each]));
}

function measurementRowOf(
  row: ComparedMeasurement,
  population: PopulationSigma | undefined,
): z.input<typeof measurementRow> {
  const { difference } = row;
  const { sigma, value_count: count } = population ?? { sigma: null, value_count: 0 };
  const hasSigma = difference !== null && sigma !== null && sigma > 0 && count >= fewestForSigmas;
  return {
    phase: row.phase,
    name: row.name,
    of: row.of,
    differences: [...row.differences],
    left: row.left && measuredValueOf(row.left),
    right: row.right && measuredValueOf(row.right),
    difference,
    sigmas: hasSigma ? difference / sigma : null,
    sigma_count: population === undefined || difference === null ? null : count,
  };
}

function changedHeads(left: Run, right: Run) {
  const heads = {
    procedure: [left.procedure.id, right.procedure.id],
    version: [left.procedure.version?.id, right.procedure.version?.id],
    station: [left.created_by_station?.id, right.created_by_station?.id],
    unit: [left.unit.id, right.unit.id],
    outcome: [left.outcome, right.outcome],
  };
  return (['procedure', 'version', 'station', 'unit', 'outcome'] as const).filter(
    (name) => heads[name][0] !== heads[name][1],
  );
}
