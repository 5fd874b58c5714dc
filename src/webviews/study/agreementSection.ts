import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import type { AgreementResult } from '../../shared/analytics/studyResult.ts';
import type { OperatorAgreement } from '../../shared/statistics/attributeAgreement.ts';
import type { ShareAnswer } from '../../shared/statistics/wilson.ts';
import { figure, shareBounds, shareText } from '../shared/numbers.ts';
import { figuresTable } from '../shared/pageParts.ts';
import { shareWords } from './words.ts';

/** With fewer parts, the figures say little. */
const fewestParts = 20;
const goodKappa = 0.75;
const poorKappa = 0.4;

export function agreementSection({ calls, standard, agreement }: AgreementResult): unknown {
  const parts = new Set(calls.map(({ part }) => part)).size;
  const names = [l10n.t('Appraiser'), l10n.t('Within the appraiser')];
  const known = [l10n.t('Effectiveness'), l10n.t('Miss rate'), l10n.t('False alarm rate'), l10n.t("Cohen's kappa")];
  const hasStandard = standard.size > 0;
  return html`
    <p class="lead">${l10n.t('All decisions are the same on {0}.', shareWords(agreement.between, partsText(parts)))}</p>
    <p>${kappaSentence(agreement.kappa)}</p>
    ${figuresTable(
      l10n.t('Agreement of the appraisers'),
      hasStandard ? [...names, ...known] : names,
      agreement.operators.map((each) => row(each, calls, parts, standard)),
    )}
    <p class="note">
      ${l10n.t('Below each share is its 95% interval.')}
      ${parts < fewestParts ? l10n.t('With {0} parts, the intervals are wide: 50 parts, some of them close to the limits, are better.', parts) : nothing}
      ${
        hasStandard
          ? l10n.t(
              'AIAG asks for an effectiveness of 90% or more, a miss rate of 2% or less, and a false alarm rate of 5% or less.',
            )
          : l10n.t('No part has a known standard, so the study does not show which decisions are right.')
      }
    </p>
  `;
}

function row(
  { operator, within, effectiveness, missRate, falseAlarmRate, kappa }: OperatorAgreement,
  calls: AgreementResult['calls'],
  parts: number,
  standard: ReadonlyMap<string, boolean>,
): [name: string, ...cells: unknown[]] {
  const decisionsOn = (isGood: boolean): number =>
    calls.filter((call) => call.operator === operator && standard.get(call.part) === isGood).length;
  const undefinedKappa = l10n.t('undefined: all decisions are the same');
  return [
    operator,
    shareCell(within, partsText(parts)),
    ...(standard.size === 0
      ? []
      : [
          shareCell(effectiveness, partsText(standard.size)),
          shareCell(missRate, decisionsText(decisionsOn(false))),
          shareCell(falseAlarmRate, decisionsText(decisionsOn(true))),
          kappa === null ? undefinedKappa : figure(Number(kappa.toFixed(3))),
        ]),
  ];
}

function shareCell(answer: ShareAnswer, total: string): unknown {
  if (answer.kind === 'noData') return l10n.t('none of {0}', total);
  const [lower, upper] = shareBounds(answer);
  return html`
    ${l10n.t('{0} of {1}', shareText(answer.share), total)}
    <div class="note">${l10n.t('{0} to {1}', lower, upper)}</div>
  `;
}

const partsText = (count: number): string => l10n.t('{0} parts', count);
const decisionsText = (count: number): string => l10n.t('{0} decisions', count);

function kappaSentence(kappa: number | null): string {
  if (kappa === null) return l10n.t("Fleiss' kappa is undefined, because all decisions are the same.");
  const text = figure(Number(kappa.toFixed(3)));
  if (kappa > goodKappa) return l10n.t("Fleiss' kappa of all decisions is {0}, which is good (above 0.75).", text);
  return kappa < poorKappa
    ? l10n.t("Fleiss' kappa of all decisions is {0}, which is poor (below 0.40).", text)
    : l10n.t("Fleiss' kappa of all decisions is {0}, which is between poor (0.40) and good (0.75).", text);
}
