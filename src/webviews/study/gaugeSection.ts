import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import type { GaugeResult } from '../../shared/analytics/studyResult.ts';
import type { GaugeComponent, GaugeComponents } from '../../shared/statistics/gaugeComponents.ts';
import type { GaugeRanges, GaugeRangeStudy } from '../../shared/statistics/gaugeRanges.ts';
import { type GaugeRr, type GaugeStudy, poolingAlpha } from '../../shared/statistics/gaugeRr.ts';
import { figure } from '../shared/numbers.ts';
import { figuresTable } from '../shared/pageParts.ts';
import { gaugeCharts } from './gaugeCharts.ts';
import type { GaugeMethod } from './host.ts';
import { percentText } from './words.ts';

const neededCategories = 5;

export function gaugeSection(result: GaugeResult, trials: number, method: GaugeMethod): unknown {
  const found = method === 'anova' ? result.rr : result.ranges;
  if (found.kind === 'noVariation') {
    return html`<p>${l10n.t('All values are equal, so there is nothing to compare.')}</p>`;
  }
  return html`
    ${found.kind === 'study' || found.kind === 'ranges' ? figures(found, result) : html`<p>${refusal(found)}</p>`}
    ${gaugeCharts(result, trials)}
  `;
}

const figures = (found: GaugeStudy | GaugeRangeStudy, result: GaugeResult): unknown => html`
  <p class="lead" data-verdict=${found.verdict}>${verdictSentence(found)}</p>
  <p>${categoriesSentence(found.distinctCategories)}</p>
  ${componentsTable(found, result.units)}
  <p class="note">
    ${found.kind === 'study' ? interactionSentence(found) : l10n.t('Average and range method. It does not see an interaction of parts and appraisers; ANOVA does.')}
    ${toleranceSentence(result)}
  </p>
  ${found.kind === 'study' ? details(l10n.t('Analysis of variance'), anovaTable(found)) : details(l10n.t('Averages and ranges'), rangesTable(found, result.units))}
`;

const details = (title: string, table: unknown): unknown => html`
  <details>
    <summary>${title}</summary>
    ${table}
  </details>
`;

function refusal(found: Exclude<GaugeRr | GaugeRanges, GaugeStudy | GaugeRangeStudy>): string {
  switch (found.kind) {
    case 'tooMany':
      return l10n.t(
        'The average and range method has factors for up to {0} parts, appraisers or trials, and this study has {1}. Use ANOVA.',
        found.most,
        found.count,
      );
    case 'onlyInteraction':
      return l10n.t(
        'The values differ only by the interaction of parts and appraisers, which the average and range method does not see. Use ANOVA.',
      );
    default:
      return l10n.t('The runs are too few for a result.');
  }
}

function verdictSentence({ verdict, gaugeRr: { percentStudy, percentTolerance } }: GaugeComponents): string {
  const share =
    percentTolerance === null
      ? l10n.t('{0} of the variation in the study', percentText(percentStudy))
      : l10n.t(
          '{0} of the variation in the study and {1} of the tolerance',
          percentText(percentStudy),
          percentText(percentTolerance),
        );
  return {
    acceptable: l10n.t('Good: the gauge takes {0}, which is below 10%.', share),
    conditional: l10n.t('Conditional: the gauge takes {0}, and 10% to 30% is acceptable on conditions.', share),
    notAcceptable: l10n.t('Not acceptable: the gauge takes {0}, and more than 30% is too much.', share),
  }[verdict];
}

function categoriesSentence(count: number | null): string {
  if (count === null) return l10n.t('The gauge adds no variation of its own.');
  return count < neededCategories
    ? l10n.t('Distinct categories (ndc): {0}. AIAG asks for 5 or more.', count)
    : l10n.t('Distinct categories (ndc): {0}. AIAG asks for 5 or more, so this is enough.', count);
}

function interactionSentence({ anova, isPooled }: GaugeStudy): string {
  const { p } = anova.interaction;
  if (p === null) return l10n.t('The repeated trials do not differ, so that the interaction cannot be tested.');
  const text = figure(Number(p.toPrecision(3)));
  return isPooled
    ? l10n.t(
        'ANOVA method. Interaction of parts and appraisers: p = {0}, above alpha = {1}, so it is pooled.',
        text,
        poolingAlpha,
      )
    : l10n.t(
        'ANOVA method. Interaction of parts and appraisers: p = {0}, not above alpha = {1}, so it is kept.',
        text,
        poolingAlpha,
      );
}

function toleranceSentence({ limits, haveLimitsChanged, units }: GaugeResult): string {
  if (haveLimitsChanged) return l10n.t('The limits changed during the study, so there is no % tolerance.');
  if (limits === null) return l10n.t('The measurement has no limits, so there is no % tolerance.');
  const { lower, upper } = limits;
  if (lower !== null && upper !== null) {
    return l10n.t('Limits: {0} to {1}. % tolerance is of six sigmas.', figure(lower), figure(upper, units));
  }
  const limit = figure(lower ?? upper ?? 0, units);
  return l10n.t('A single limit: {0}. % tolerance is three sigmas of the distance from the mean.', limit);
}

function componentsTable(rr: GaugeComponents, units: string | null): unknown {
  const rows: readonly (readonly [string, GaugeComponent])[] = [
    [l10n.t('Gauge (GRR)'), rr.gaugeRr],
    [l10n.t('Repeatability (EV)'), rr.repeatability],
    [l10n.t('Reproducibility (AV)'), rr.reproducibility],
    [l10n.t('Part to part (PV)'), rr.partToPart],
    [l10n.t('Total (TV)'), rr.total],
  ];
  const names = [l10n.t('Component'), l10n.t('Sigma'), l10n.t('Variance'), l10n.t('% contribution'), l10n.t('% study')];
  const hasTolerance = rr.total.percentTolerance !== null;
  return figuresTable(
    l10n.t('Components of the variation'),
    hasTolerance ? [...names, l10n.t('% tolerance')] : names,
    rows.map(([name, { sigma, percentContribution, percentStudy, percentTolerance }]) => [
      name,
      figure(sigma, units),
      figure(sigma ** 2),
      percentText(percentContribution),
      percentText(percentStudy),
      ...(percentTolerance === null ? [] : [percentText(percentTolerance)]),
    ]),
  );
}

function anovaTable({ anova }: GaugeStudy): unknown {
  const rows = [
    [l10n.t('Parts'), anova.part],
    [l10n.t('Appraisers'), anova.operator],
    [l10n.t('Interaction'), anova.interaction],
    [l10n.t('Repeatability'), anova.repeatability],
    [l10n.t('Total'), anova.total],
  ] as const;
  const names = [
    l10n.t('Source'),
    l10n.t('Sum of squares'),
    l10n.t('Degrees of freedom'),
    l10n.t('Mean square'),
    'F',
    'p',
  ];
  return figuresTable(
    l10n.t('Analysis of variance'),
    names,
    rows.map(([name, { sumOfSquares, degrees, meanSquare, f, p }]) => [
      name,
      figure(sumOfSquares),
      degrees,
      figure(meanSquare),
      f === null ? nothing : figure(f),
      p === null ? nothing : figure(Number(p.toPrecision(3))),
    ]),
  );
}

function rangesTable(
  { averageRange, operatorRange, partRange, factors }: GaugeRangeStudy,
  units: string | null,
): unknown {
  const rows = [
    [l10n.t('Mean range of the trials'), averageRange, 'K1', factors.trials],
    [l10n.t("Range of the appraisers' means"), operatorRange, 'K2', factors.operators],
    [l10n.t("Range of the parts' means"), partRange, 'K3', factors.parts],
  ] as const;
  return figuresTable(
    l10n.t('Averages and ranges'),
    [l10n.t('Source'), l10n.t('Value'), l10n.t('Factor')],
    rows.map(([name, range, factorName, factor]) => [name, figure(range, units), `${factorName} = ${figure(factor)}`]),
  );
}
