import type { MeasurementSummary } from '../contract/analytics.ts';
import { isPlainName, matchesName } from '../script/namePattern.ts';
import type { DeclaredMeasurement } from '../script/scriptInfo.ts';

/** A place with its measurements, several where the name has fields; the one that needs attention most is first. */
export interface MatchedMeasurement {
  readonly declared: DeclaredMeasurement;
  readonly summaries: readonly [MeasurementSummary, ...MeasurementSummary[]];
}

/**
 * Finds the measured values of what a script declares, by phase and name. Where no phase has the name, the values of
 * another phase count if it is the only one with this measurement and the script does not have it: phases can get their
 * names when they are run.
 */
export function measurementsOfScript(
  declared: readonly DeclaredMeasurement[],
  summaries: readonly MeasurementSummary[],
): MatchedMeasurement[] {
  return declared.flatMap((each) => {
    const named = summaries.filter(({ measurement_name }) => matchesName(each.name, measurement_name));
    const own = named.filter((summary) => isOfPhase(each, summary) && !isNamedByOther(each, summary, declared));
    const [first, ...others] = (own.length > 0 ? own : ofOtherPhase(named, declared)).sort(byNeed);
    return first === undefined ? [] : { declared: each, summaries: [first, ...others] as const };
  });
}

const isOfPhase = ({ phase }: DeclaredMeasurement, { phase_name }: MeasurementSummary): boolean =>
  phase !== null && matchesName(phase, phase_name);

const isNamedByOther = (
  { name }: DeclaredMeasurement,
  summary: MeasurementSummary,
  declared: readonly DeclaredMeasurement[],
): boolean =>
  !isPlainName(name) &&
  declared.some(
    (other) => isPlainName(other.name) && other.name[0] === summary.measurement_name && isOfPhase(other, summary),
  );

function ofOtherPhase(
  named: readonly MeasurementSummary[],
  declared: readonly DeclaredMeasurement[],
): MeasurementSummary[] {
  const free = named.filter(
    (summary) =>
      !declared.some((other) => isOfPhase(other, summary) && matchesName(other.name, summary.measurement_name)),
  );
  return new Set(free.map(({ phase_name }) => phase_name)).size === 1 ? free : [];
}

function byNeed(a: MeasurementSummary, b: MeasurementSummary): number {
  const share = ({ count, failed }: MeasurementSummary): number => (count === 0 ? 0 : failed / count);
  return ppkOf(a) - ppkOf(b) || share(b) - share(a) || a.measurement_name.localeCompare(b.measurement_name, 'en');
}

const ppkOf = ({ capability }: MeasurementSummary): number =>
  capability.kind === 'capability' ? capability.ppk.value : Number.MAX_VALUE;
