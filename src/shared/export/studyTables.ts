import { type AgreementResult, type GaugeResult, studyResult } from '../analytics/studyResult.ts';
import type { Study, StudyTrial, StudyValue } from '../contract/studies.ts';
import type { GaugeComponents } from '../statistics/gaugeComponents.ts';
import type { GaugeRangeStudy } from '../statistics/gaugeRanges.ts';
import type { GaugeStudy } from '../statistics/gaugeRr.ts';
import type { ShareAnswer } from '../statistics/wilson.ts';
import { type ColumnsOf, fields, type Table, tableOf, valueCells } from './table.ts';

interface StudiedValue {
  readonly study: Study;
  readonly trial: StudyTrial;
  readonly name: Study['measurements'][number] | null;
  readonly found: StudyValue | undefined;
}

const runColumns: ColumnsOf<StudiedValue> = [
  ['position', 'integer', ({ trial }) => trial.position],
  ['part', 'text', ({ study, trial }) => study.parts[trial.part]?.serial_number],
  ['is_good', 'boolean', ({ study, trial }) => study.parts[trial.part]?.is_good],
  ['appraiser', 'text', ({ study, trial }) => study.appraisers[trial.appraiser]?.name],
  ['station', 'text', ({ study, trial }) => study.appraisers[trial.appraiser]?.station.name],
  ['trial', 'integer', ({ trial }) => trial.trial],
  ['run_id', 'text', ({ trial }) => trial.run?.id],
  ['started_at', 'time', ({ trial }) => (trial.run === null ? null : Date.parse(trial.run.started_at))],
  ['outcome', 'text', ({ trial }) => trial.run?.outcome],
  ['phase', 'text', ({ name }) => name?.phase_name],
  ['measurement', 'text', ({ name }) => name?.measurement_name],
  ['value', 'number', ({ found }) => valueCells(found?.value).number],
  ['value_text', 'text', ({ found }) => valueCells(found?.value).text],
  ['units', 'text', ({ found }) => found?.units],
  ['lower_limit', 'number', ({ found }) => found?.lower],
  ['upper_limit', 'number', ({ found }) => found?.upper],
];

export const studyRunsTable = (study: Study): Table =>
  tableOf(
    runColumns,
    study.plan.flatMap((trial): StudiedValue[] =>
      study.measurements.length === 0
        ? [{ study, trial, name: null, found: undefined }]
        : study.measurements.map((name, index) => ({ study, trial, name, found: trial.run?.values[index] })),
    ),
  );

interface Figure {
  readonly measurement?: string;
  readonly method?: string;
  readonly figure: string;
  readonly of: string;
  readonly value: number | null;
  readonly lower?: number;
  readonly upper?: number;
  readonly text?: string;
}

const figureColumns: ColumnsOf<Figure> = [
  ...fields('text', 'measurement', 'method', 'of', 'figure'),
  ...fields('number', 'value', 'lower', 'upper'),
  ['text', 'text', ({ text }) => text],
];

export function studyResultTable(study: Study): Table {
  const indexes = study.measurements.length === 0 ? [null] : study.measurements.keys();
  const figures = [...indexes].flatMap((index) => {
    const result = studyResult(study, index);
    const name = index === null ? undefined : study.measurements[index];
    const measurement = name === undefined ? 'outcome' : `${name.phase_name} / ${name.measurement_name}`;
    const found = result.kind === 'gauge' ? gaugeFigures(result) : result.kind === 'agreement' ? shares(result) : [];
    return found.map((figure) => ({ ...figure, measurement }));
  });
  return tableOf(figureColumns, figures);
}

const gaugeFigures = ({ rr, ranges }: GaugeResult): Figure[] => [
  ...(rr.kind === 'study' ? anovaFigures(rr) : [noFigures(rr)]).map((each) => ({ ...each, method: 'ANOVA' })),
  ...(ranges.kind === 'ranges' ? rangeFigures(ranges) : [noFigures(ranges)]).map((each) => ({
    ...each,
    method: 'average and range',
  })),
];

const noFigures = ({ kind }: { kind: string }): Figure => ({
  of: 'study',
  figure: 'no result',
  value: null,
  text: kind,
});

const anovaFigures = (rr: GaugeStudy): Figure[] => [
  ...componentFigures(rr),
  { of: 'study', figure: 'interaction pooled', value: null, text: String(rr.isPooled) },
  ...Object.entries(rr.anova).flatMap(([source, { sumOfSquares, degrees, meanSquare, f, p }]) => {
    const of = `ANOVA, ${source}`;
    return [
      { of, figure: 'sum of squares', value: sumOfSquares },
      { of, figure: 'degrees of freedom', value: degrees },
      { of, figure: 'mean square', value: meanSquare },
      { of, figure: 'F', value: f },
      { of, figure: 'p', value: p },
    ];
  }),
];

const rangeFigures = (study: GaugeRangeStudy): Figure[] => [
  ...componentFigures(study),
  { of: 'trials', figure: 'average range', value: study.averageRange },
  { of: 'appraisers', figure: 'range of means', value: study.operatorRange },
  { of: 'parts', figure: 'range of means', value: study.partRange },
  { of: 'trials', figure: 'K1', value: study.factors.trials },
  { of: 'appraisers', figure: 'K2', value: study.factors.operators },
  { of: 'parts', figure: 'K3', value: study.factors.parts },
];

function componentFigures(study: GaugeComponents): Figure[] {
  const components = [
    ['gauge', study.gaugeRr],
    ['repeatability', study.repeatability],
    ['reproducibility', study.reproducibility],
    ['part to part', study.partToPart],
    ['total', study.total],
  ] as const;
  return [
    { of: 'study', figure: 'verdict', value: null, text: study.verdict },
    { of: 'study', figure: 'distinct categories', value: study.distinctCategories },
    ...components.flatMap(([of, { sigma, percentContribution, percentStudy, percentTolerance }]) => [
      { of, figure: 'sigma', value: sigma },
      { of, figure: 'variance', value: sigma ** 2 },
      { of, figure: '% contribution', value: percentContribution },
      { of, figure: '% study', value: percentStudy },
      { of, figure: '% tolerance', value: percentTolerance },
    ]),
  ];
}

const shares = ({ agreement }: AgreementResult): Figure[] => [
  share('study', 'between appraisers', agreement.between),
  { of: 'study', figure: "Fleiss's kappa", value: agreement.kappa },
  ...agreement.operators.flatMap(({ operator, within, effectiveness, missRate, falseAlarmRate, kappa }) => [
    share(operator, 'within the appraiser', within),
    share(operator, 'effectiveness', effectiveness),
    share(operator, 'miss rate', missRate),
    share(operator, 'false alarm rate', falseAlarmRate),
    { of: operator, figure: "Cohen's kappa", value: kappa },
  ]),
];

const share = (of: string, figure: string, answer: ShareAnswer): Figure =>
  answer.kind === 'share'
    ? { of, figure, value: answer.share, lower: answer.lower, upper: answer.upper }
    : { of, figure, value: null };
