import type { Study, StudyTrial } from '../contract/studies.ts';
import { type AttributeAgreement, attributeAgreement, type AttributeCall } from '../statistics/attributeAgreement.ts';
import type { SpecLimits } from '../statistics/capability.ts';
import type { GaugeReading } from '../statistics/gaugeComponents.ts';
import { gaugeByRanges, type GaugeRanges } from '../statistics/gaugeRanges.ts';
import { type GaugeRr, gaugeRr } from '../statistics/gaugeRr.ts';

export interface StudyReading extends GaugeReading {
  readonly trial: number;
}

export interface GaugeResult {
  readonly kind: 'gauge';
  readonly readings: readonly StudyReading[];
  readonly units: string | null;
  /** The limits of the measurement; null without any, or if they changed during the study. */
  readonly limits: SpecLimits | null;
  readonly haveLimitsChanged: boolean;
  readonly rr: GaugeRr;
  readonly ranges: GaugeRanges;
}

export interface AgreementResult {
  readonly kind: 'agreement';
  readonly calls: readonly AttributeCall[];
  readonly standard: ReadonlyMap<string, boolean>;
  readonly agreement: AttributeAgreement;
}

export type StudyResult =
  | GaugeResult
  | AgreementResult
  | { readonly kind: 'open'; readonly trials: readonly StudyTrial[] }
  /** Trials whose run has no value, or several of them. */
  | { readonly kind: 'noValue'; readonly trials: readonly StudyTrial[]; readonly index: number }
  | { readonly kind: 'mixed' };

/** @param index of the measurement; null for the outcome */
export function studyResult(study: Study, index: number | null): StudyResult {
  const open = study.plan.filter(({ run }) => run === null);
  if (open.length > 0) return { kind: 'open', trials: open };
  if (index === null) {
    return agreementOf(
      study,
      study.plan.map((trial) => ({ ...placeOf(study, trial), passed: trial.run?.outcome === 'PASS' })),
    );
  }
  const values = study.plan.map((trial) => ({ trial, found: trial.run?.values[index] }));
  const without = values.filter(({ found }) => (found?.value ?? null) === null).map(({ trial }) => trial);
  if (without.length > 0) return { kind: 'noValue', trials: without, index };
  const calls = values.flatMap(({ trial, found }) =>
    typeof found?.value === 'boolean' ? { ...placeOf(study, trial), passed: found.value } : [],
  );
  if (calls.length === values.length) return agreementOf(study, calls);
  if (calls.length > 0) return { kind: 'mixed' };
  return gaugeOf(study, index);
}

function gaugeOf(study: Study, index: number): GaugeResult {
  const found = study.plan.flatMap((trial) => {
    const value = trial.run?.values[index];
    return typeof value?.value === 'number' ? { ...value, value: value.value, trial } : [];
  });
  const [first] = found;
  const haveLimitsChanged = found.some(({ lower, upper }) => lower !== first?.lower || upper !== first.upper);
  const { lower = null, upper = null } = first ?? {};
  const limits = haveLimitsChanged || (lower === null && upper === null) ? null : { lower, upper };
  const readings = found
    .map(({ trial, value }) => ({ ...placeOf(study, trial), value, trial: trial.trial, order: trial }))
    .sort((a, b) => a.order.part - b.order.part || a.order.appraiser - b.order.appraiser || a.trial - b.trial)
    .map(({ order: _, ...reading }) => reading);
  const options = limits === null ? {} : { limits };
  return {
    ...{ kind: 'gauge', readings, units: first?.units ?? null, limits, haveLimitsChanged },
    rr: gaugeRr(readings, options),
    ranges: gaugeByRanges(readings, options),
  };
}

function agreementOf({ parts }: Study, calls: readonly AttributeCall[]): AgreementResult {
  const known = new Map(
    parts.flatMap(({ serial_number, is_good }) => (is_good === null ? [] : [[serial_number, is_good]])),
  );
  return { kind: 'agreement', calls, standard: known, agreement: attributeAgreement(calls, known) };
}

const placeOf = (
  { parts, appraisers }: Study,
  { part, appraiser }: StudyTrial,
): { part: string; operator: string } => ({
  part: parts[part]?.serial_number ?? '',
  operator: appraisers[appraiser]?.name ?? '',
});
