import { sql } from 'kysely';
import * as z from 'zod';
import type { TestedMeasurement, TestedPhase, TestedRun } from '../../shared/analytics/testedRun.ts';
import { limitsOf } from '../../shared/run/limits.ts';
import { inBatches } from '../inBatches.ts';
import { countedRuns } from '../store/countedRuns.ts';
import type { Store } from '../store/tables.ts';
import { isNumberIn } from '../store/words.ts';

/** With 50 measurements each, reading them takes about 25 ms. */
const runsAtOnce = 100;

interface PhaseRow {
  run_key: number;
  name: string;
  outcome: string;
  started_at: number;
  retry_count: number;
  measurements_json: string | null;
}

/** Operator, expected value, outcome, and whether the rule is decisive. */
const storedRules = z.array(z.tuple([z.string().nullable(), z.unknown(), z.unknown()]).rest(z.unknown()));

/** The part of `measurementsSchema.ts` that statistics need. A number beyond 2^53 is rounded. */
const storedMeasurements = z.array(
  z
    .tuple([z.string(), z.string(), z.string(), z.string().nullable(), z.unknown(), z.unknown(), z.unknown()])
    .rest(z.unknown()),
);

type SetLimits = Pick<TestedMeasurement, 'lower' | 'upper'>;

type LimitsFromJson = (validatorsJson: string) => SetLimits;

/** The validators of a measurement are the same in most runs: each text is parsed once. */
export function limitsReader(): LimitsFromJson {
  const known = new Map<string, SetLimits>();
  return (validatorsJson) => {
    const limits = known.get(validatorsJson) ?? limitsFromJson(validatorsJson);
    known.set(validatorsJson, limits);
    return limits;
  };
}

function limitsFromJson(validatorsJson: string): SetLimits {
  const { lower, upper } = limitsOf(
    storedRules.parse(JSON.parse(validatorsJson)).map(([operator, expected, , isDecisive]) => ({
      operator,
      expected_value: typeof expected === 'number' ? expected : null,
      is_decisive: isDecisive !== false,
    })),
  );
  return { lower, upper };
}

/** @param pause is awaited between portions of the runs, which are read and parsed without a break */
export async function readRuns(
  store: Store,
  procedureId: string,
  { startsAt, endsAt }: { startsAt: number; endsAt: number },
  pause: () => Promise<void>,
): Promise<TestedRun[]> {
  const runs = await countedRuns(store, procedureId, startsAt, endsAt)
    .select(['r.key', 'r.ended_at', 'r.revision_id', 'r.version_id', 'r.batch_id', 'r.operated_by'])
    .select(sql<string | null>`coalesce(r.slot_name, r.slot_key)`.as('slot'))
    .orderBy('r.started_at')
    .orderBy('r.key')
    .execute();
  const limits = limitsReader();
  const tested: TestedRun[] = [];
  for await (const portion of inBatches(runs, runsAtOnce)) {
    await pause();
    const phases = await phaseRowsOfRuns(
      store,
      portion.map(({ key }) => key),
    );
    for (const { key, ...run } of portion) {
      tested.push({ ...run, shift: null, phases: (phases.get(key) ?? []).map((phase) => testedPhase(phase, limits)) });
    }
  }
  return tested;
}

export async function phasesOfRuns(
  store: Store,
  runKeys: readonly number[],
): Promise<ReadonlyMap<number, TestedPhase[]>> {
  const rows = await phaseRowsOfRuns(store, runKeys);
  const limits = limitsReader();
  return new Map([...rows].map(([key, phases]) => [key, phases.map((phase) => testedPhase(phase, limits))]));
}

/** Returns the phases of each run, which are parsed when they are reached. */
export async function iteratePhases(
  store: Store,
  runKeys: readonly number[],
): Promise<Iterable<Pick<TestedRun, 'phases'>>> {
  const rows = await phaseRowsOfRuns(store, runKeys);
  const limits = limitsReader();
  return (function* () {
    for (const key of runKeys) yield { phases: (rows.get(key) ?? []).map((phase) => testedPhase(phase, limits)) };
  })();
}

async function phaseRowsOfRuns(store: Store, runKeys: readonly number[]): Promise<Map<number, PhaseRow[]>> {
  const { rows } = await sql<PhaseRow>`
    select run_key, name, outcome, started_at, retry_count, measurements_json from phases
    where ${isNumberIn('run_key', runKeys)}
    order by started_at, key`.execute(store);
  return Map.groupBy(rows, ({ run_key }) => run_key);
}

const testedPhase = (
  { name, outcome, started_at, retry_count, measurements_json }: PhaseRow,
  limits: LimitsFromJson,
): TestedPhase => ({
  name,
  outcome,
  started_at,
  retry_count,
  measurements: measurements_json === null ? [] : testedMeasurements(measurements_json, limits),
});

const testedMeasurements = (json: string, limits: LimitsFromJson): TestedMeasurement[] =>
  storedMeasurements.parse(JSON.parse(json)).map(([name, outcome, type, units, , validators, , value]) => ({
    name,
    outcome,
    type,
    units,
    value,
    ...limits(JSON.stringify(validators)),
  }));
