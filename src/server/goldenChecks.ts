import type { CheckedSample, CheckRun, GoldenCheck } from '../shared/contract/goldenChecks.ts';
import { checkedAt, goldenStateOf, requiredSamples } from '../shared/golden/goldenState.ts';
import { lastSampleRuns, rulesOn, type SampleRun, samplesOf } from './store/goldenRules.ts';
import { linkedProcedures } from './store/stations.ts';
import type { Store } from './store/tables.ts';
import { isoTime } from './store/time.ts';

const shownUnits = 3;

export async function goldenChecksOf(store: Store, stationId: string, now: number): Promise<GoldenCheck[]> {
  const rules = await rulesOn(store, stationId);
  if (rules.size === 0) return [];
  const checks: GoldenCheck[] = [];
  for (const { id, identifier, name } of await linkedProcedures(store, [stationId])) {
    const rule = rules.get(id);
    if (rule === undefined) continue;
    const which = { stationId, procedureId: id, samples: requiredSamples(rule) };
    const runs = await lastSampleRuns(store, which, now);
    const last = { golden: runOf(runs, 'golden'), failing: runOf(runs, 'failing') };
    const units = await samplesOf(store, id, shownUnits);
    checks.push({ procedure: { id, identifier, name }, rule, last, state: goldenStateOf(rule, last, now), units });
  }
  return checks;
}

function runOf(runs: readonly SampleRun[], sample: CheckedSample): CheckRun | null {
  const run = runs.find((each) => each.sample === sample);
  if (run === undefined) return null;
  const { id, serial_number, outcome } = run;
  return { id, serial_number, sample, outcome, checked_at: isoTime(checkedAt(run)) };
}
