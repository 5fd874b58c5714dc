import * as vscode from 'vscode';
import type { MeasurementFinding } from '../../../shared/analytics/measurementFindings.ts';
import type { MatchedMeasurement } from '../../../shared/analytics/measurementsOfScript.ts';
import type { Capability, MeasurementSummary } from '../../../shared/contract/analytics.ts';
import { formatPercent } from '../../../shared/format/formatPercent.ts';
import { oneLine } from '../../../shared/format/oneLine.ts';
import { sparkline } from '../../../shared/format/sparkline.ts';
import { formatValue } from '../../../shared/format/values.ts';
import { statisticsDays } from './scriptStatistics.ts';

const number = (value: number): string => value.toLocaleString(vscode.env.language);
const index = (value: number): string =>
  value.toLocaleString(vscode.env.language, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
/** A measured value or a limit, with its digits as in the script. */
const measured = (value: number): string => formatValue(Number(value.toPrecision(6))) ?? '';

/** Returns the share of values that passed, rounded down so that one failure never reads 100%. */
function yieldText(count: number, failed: number): string {
  return formatPercent(Math.floor((10_000 * (count - failed)) / count) / 100, vscode.env.language);
}

/** Returns the text beside a line of a script, of which VS Code shows 43 characters by default. */
export function hintText({ summaries }: MatchedMeasurement): string {
  const [first, ...others] = summaries;
  const count = summaries.reduce((sum, each) => sum + each.count, 0);
  const failed = summaries.reduce((sum, each) => sum + each.failed, 0);
  const parts = [
    `n ${number(count)}`,
    count > 0 ? yieldText(count, failed) : '',
    shortCapability(first.capability, others.length > 0),
  ];
  return `${parts.filter((part) => part !== '').join(' · ')} ${sparkline(others.length > 0 ? [] : first.recent)}`.trimEnd();
}

function shortCapability(capability: Capability, isLowest: boolean): string {
  if (capability.kind === 'too_few') {
    return vscode.l10n.t('Ppk needs {0} values', capability.needed);
  }
  if (capability.kind !== 'capability') return '';
  const { ppk, is_uncertain } = capability;
  const text = is_uncertain ? vscode.l10n.t('{0} to {1}', index(ppk.lower), index(ppk.upper)) : index(ppk.value);
  return isLowest ? vscode.l10n.t('lowest Ppk {0}', text) : `Ppk ${text}`;
}

export function capabilitySentence(capability: Capability): string {
  switch (capability.kind) {
    case 'capability': {
      const { ppk, count, verdict } = capability;
      const figures = vscode.l10n.t(
        'Ppk {0} of {1} values, with a 95% confidence interval from {2} to {3}.',
        index(ppk.value),
        number(count),
        index(ppk.lower),
        index(ppk.upper),
      );
      return `${figures} ${verdictSentence(verdict)}`;
    }
    case 'too_few':
      return vscode.l10n.t('Ppk needs {0} values; there are {1}.', capability.needed, number(capability.count));
    case 'no_limits':
      return vscode.l10n.t('Without limits there is no Ppk.');
    case 'no_variation':
      return vscode.l10n.t('All values are equal, so that there is no Ppk.');
    case 'too_many_out_of_range':
      return vscode.l10n.t(
        'There is no Ppk, because {0} of {1} values are beyond the range of the instrument.',
        number(capability.count),
        number(capability.total),
      );
  }
}

function verdictSentence(verdict: 'capable' | 'not_capable' | 'undecided'): string {
  if (verdict === 'capable') return vscode.l10n.t('It is at least 1.33.');
  if (verdict === 'not_capable') return vscode.l10n.t('It is below 1.33.');
  return vscode.l10n.t('Whether it is at least 1.33 is undecided.');
}

/** @param runs how many of the newest runs the figures are of; null for all of the last days */
export function countSentence({ count, failed }: MeasurementSummary, runs: number | null): string {
  if (count === 0) {
    return runs === null
      ? vscode.l10n.t('No values in the last {0} days.', statisticsDays)
      : vscode.l10n.t('No values in the newest {0} runs.', number(runs));
  }
  const share = yieldText(count, failed);
  const passed = number(count - failed);
  return runs === null
    ? vscode.l10n.t('Passed: {0} ({1} of {2}) in the last {3} days.', share, passed, number(count), statisticsDays)
    : vscode.l10n.t('Passed: {0} ({1} of {2}) in the newest {3} runs.', share, passed, number(count), number(runs));
}

/** Says what the figures leave out; empty if they are of all runs. */
export const coverageSentence = (runs: number | null): string =>
  runs === null
    ? ''
    : vscode.l10n.t('This server computes no statistics, so these are of its newest {0} runs.', number(runs));

export function limitsSentence({ lower, upper, units, limits_changed_at }: MeasurementSummary): string {
  const unit = units === null ? '' : ` ${oneLine(units)}`;
  const limits =
    lower !== null && upper !== null
      ? vscode.l10n.t('Limits: {0} to {1}{2}.', measured(lower), measured(upper), unit)
      : lower !== null
        ? vscode.l10n.t('Limit: at least {0}{1}.', measured(lower), unit)
        : upper !== null
          ? vscode.l10n.t('Limit: at most {0}{1}.', measured(upper), unit)
          : '';
  if (limits_changed_at === null) return limits;
  const date = new Date(limits_changed_at).toLocaleDateString(vscode.env.language, { dateStyle: 'medium' });
  return `${limits} ${vscode.l10n.t('These limits were first used on {0}; values with other limits are not counted.', date)}`.trim();
}

export function findingSentence(
  finding: MeasurementFinding,
  { measurement_name, units }: MeasurementSummary,
  runs: number | null,
): string {
  const name = oneLine(measurement_name);
  const unit = units === null ? '' : ` ${oneLine(units)}`;
  if (finding.kind === 'neverFails') {
    return vscode.l10n.t(
      '{0} never reaches its limits: none of {1} values failed, and Ppk is at least {2}. The limits may be too wide to find defects.',
      name,
      number(finding.count),
      index(finding.ppkAtLeast),
    );
  }
  if (finding.kind === 'oftenFails') {
    const failed = number(finding.failed);
    const count = number(finding.count);
    const share = formatPercent((100 * finding.failed) / finding.count, vscode.env.language);
    return runs === null
      ? vscode.l10n.t(
          '{0} often fails: {1} of {2} values in the last {3} days ({4}).',
          name,
          failed,
          count,
          statisticsDays,
          share,
        )
      : vscode.l10n.t(
          '{0} often fails: {1} of {2} values in the newest {3} runs ({4}).',
          name,
          failed,
          count,
          number(runs),
          share,
        );
  }
  const { beyond, inARow, newest, baseline, lower, upper, center } = finding;
  const beyondText = vscode.l10n.t(
    '{0} is out of control: {1} of the newest {2} values are not between {3} and {4}, the control limits of the {5} values before them.',
    name,
    beyond,
    newest,
    measured(lower),
    `${measured(upper)}${unit}`,
    baseline,
  );
  if (beyond > 1 || inARow < 9) return beyondText;
  return vscode.l10n.t(
    '{0} is out of control: of the newest {1} values, {2} in a row are on one side of {3}, the mean of the {4} values before them.',
    name,
    newest,
    inARow,
    `${measured(center)}${unit}`,
    baseline,
  );
}
