import * as vscode from 'vscode';
import { outcome } from '../../../shared/contract/common.ts';
import { type Choice, localTime, type RunsFilter } from '../../../shared/run/runsFilter.ts';
import { plainLabel, showInformation } from '../../vscode/messages.ts';
import type { Question, Step } from '../../vscode/steps.ts';
import type { FilterDependencies } from './filterDependencies.ts';
import {
  failedMeasurementValues,
  type FilterValue,
  operatorValues,
  partValues,
  procedureValues,
} from './filterValues.ts';
import { anyOf, stationsWords, timeWords } from './filterWords.ts';

export type Dimension = keyof RunsFilter;

interface DimensionWords {
  readonly key: Dimension;
  readonly icon: string;
  readonly title: () => string;
  readonly words: (filter: RunsFilter, selected: string | undefined) => string;
}

const any = (values: readonly string[]): string => (values.length === 0 ? vscode.l10n.t('any') : anyOf(values));
const named = (values: readonly { readonly name: string }[]): string => any(values.map(({ name }) => name));

export const dimensions: readonly DimensionWords[] = [
  {
    key: 'stations',
    icon: 'server',
    title: () => vscode.l10n.t('Station'),
    words: ({ stations }, selected) => stationsWords(stations, selected),
  },
  {
    key: 'outcomes',
    icon: 'pass',
    title: () => vscode.l10n.t('Outcome'),
    words: ({ outcomes }) => any(outcomes),
  },
  {
    key: 'failedMeasurements',
    icon: 'graph-scatter',
    title: () => vscode.l10n.t('Failed measurement'),
    words: ({ failedMeasurements }) => any(failedMeasurements),
  },
  { key: 'time', icon: 'calendar', title: () => vscode.l10n.t('Time'), words: ({ time }) => timeWords(time) },
  {
    key: 'procedures',
    icon: 'checklist',
    title: () => vscode.l10n.t('Procedure'),
    words: ({ procedures }) => named(procedures),
  },
  { key: 'parts', icon: 'package', title: () => vscode.l10n.t('Part'), words: ({ parts }) => any(parts) },
  {
    key: 'operators',
    icon: 'person',
    title: () => vscode.l10n.t('Operator'),
    words: ({ operators }) => named(operators),
  },
  {
    key: 'serialNumber',
    icon: 'search',
    title: () => vscode.l10n.t('Serial number'),
    words: ({ serialNumber }) => any(serialNumber === '' ? [] : [serialNumber]),
  },
];

export function dimensionQuestions({ connection, store, shown }: FilterDependencies): Record<Dimension, Question> {
  const change = (part: Partial<RunsFilter>): void => shown.setFilter({ ...shown.filter, ...part });
  return {
    stations: async (step) => {
      await store.update();
      const stations = await askStations(step, store.stations ?? [], shown.filter.stations, store.selected?.name);
      change({ stations });
    },
    outcomes: async (step) => {
      const values = outcome.options.map((name) => ({ id: name, name, description: '' }));
      const picked = await askValues(
        step,
        values,
        shown.filter.outcomes,
        vscode.l10n.t('Check outcomes, or none for any'),
      );
      change({ outcomes: picked.flatMap(({ id }) => outcome.safeParse(id).data ?? []) });
    },
    time: async (step) => change({ time: await askTime(step, shown.filter.time) }),
    procedures: async (step) => {
      const prompt = vscode.l10n.t('Check procedures, or none for any');
      change({
        procedures: await askChoices(step, await procedureValues(connection), shown.filter.procedures, prompt),
      });
    },
    parts: async (step) => {
      const prompt = vscode.l10n.t('Check parts, or type a part number and press Enter');
      change({ parts: await askTexts(step, await partValues(connection), shown.filter.parts, prompt) });
    },
    operators: async (step) => {
      const prompt = vscode.l10n.t('Check operators, or none for any');
      change({ operators: await askChoices(step, await operatorValues(connection), shown.filter.operators, prompt) });
    },
    failedMeasurements: async (step) => {
      if (!(await connection.can('run-filters'))) {
        void showInformation(noFailedMeasurements(connection.serverName));
        return;
      }
      const prompt = vscode.l10n.t('Check measurements, or type a name and press Enter');
      const values = await failedMeasurementValues(connection);
      change({ failedMeasurements: await askTexts(step, values, shown.filter.failedMeasurements, prompt) });
    },
    serialNumber: async (step) => {
      const prompt = vscode.l10n.t('A serial number, or a part of it. Leave it empty for any.');
      change({ serialNumber: await step.text({ value: shown.filter.serialNumber, prompt }) });
    },
  };
}

export const noFailedMeasurements = (serverName: string): string =>
  vscode.l10n.t('{0} cannot find runs by a failed measurement: its public API has no such filter.', serverName);

const ids = (values: readonly { readonly id: string }[]): string[] => values.map(({ id }) => id);
const namedLikeId = (id: string): Choice => ({ id, name: id });

/** Adds values that were chosen before and are not offered any more, so that they can be unchecked. */
function withChosen(values: readonly FilterValue[], chosen: readonly Choice[]): FilterValue[] {
  const offered = new Set(ids(values));
  return [...chosen.filter(({ id }) => !offered.has(id)).map((each) => ({ ...each, description: '' })), ...values];
}

/** @param fromText makes a value of a text that is typed and accepted while nothing is checked */
async function askValues(
  step: Step,
  values: readonly FilterValue[],
  chosen: readonly string[],
  prompt: string,
  fromText?: (text: string) => Choice,
): Promise<FilterValue[]> {
  const items = values.map((value) => ({
    label: plainLabel(value.name),
    description: plainLabel(value.description),
    value,
  }));
  const { picked, text } = await step.pickMany(items, ({ value }) => chosen.includes(value.id), prompt);
  if (picked.length > 0 || text === '' || fromText === undefined) return picked.map(({ value }) => value);
  return [{ ...fromText(text), description: '' }];
}

async function askChoices(
  step: Step,
  values: readonly FilterValue[],
  chosen: readonly Choice[],
  prompt: string,
): Promise<Choice[]> {
  const picked = await askValues(step, withChosen(values, chosen), ids(chosen), prompt);
  return picked.map(({ id, name }) => ({ id, name }));
}

/** The texts are the ids of their values, and further ones can be typed. */
async function askTexts(
  step: Step,
  values: readonly FilterValue[],
  chosen: readonly string[],
  prompt: string,
): Promise<string[]> {
  return ids(await askValues(step, withChosen(values, chosen.map(namedLikeId)), chosen, prompt, namedLikeId));
}

async function askStations(
  step: Step,
  all: readonly Choice[],
  chosen: RunsFilter['stations'],
  selected: string | undefined,
): Promise<RunsFilter['stations']> {
  const choices: (vscode.QuickPickItem & { stations?: RunsFilter['stations'] })[] = [
    { label: vscode.l10n.t('All stations'), stations: 'all' },
    {
      label: vscode.l10n.t('The selected station'),
      description: selected === undefined ? '' : plainLabel(selected),
      stations: 'selected',
    },
    { label: vscode.l10n.t('Several stations…') },
    { label: '', kind: vscode.QuickPickItemKind.Separator },
    ...all.map(({ id, name }) => ({ label: plainLabel(name), stations: [{ id, name }] })),
  ];
  const { stations } = await step.pick(choices, vscode.l10n.t('The stations whose runs are listed'));
  if (stations !== undefined) return stations;
  const before = typeof chosen === 'string' ? [] : chosen;
  const values = all.map(({ id, name }) => ({ id, name, description: '' }));
  const picked = await askChoices(step, values, before, vscode.l10n.t('Check stations, or none for all of them'));
  return picked.length === 0 ? 'all' : picked;
}

const lastHours = [24, 7 * 24, 30 * 24];

async function askTime(step: Step, before: RunsFilter['time']): Promise<RunsFilter['time']> {
  const times: RunsFilter['time'][] = [
    { kind: 'any' },
    { kind: 'today' },
    ...lastHours.map((hours) => ({ kind: 'last' as const, hours })),
  ];
  const choices: (vscode.QuickPickItem & { time?: RunsFilter['time'] })[] = [
    ...times.map((time) => ({ label: capitalized(timeWords(time)), time })),
    { label: vscode.l10n.t('Between…') },
  ];
  const { time } = await step.pick(choices, vscode.l10n.t('When the runs started'));
  if (time !== undefined) return time;
  const known = before.kind === 'between' ? before : { from: null, to: null };
  const example = vscode.l10n.t('Such as 2026-11-28, or 2026-11-28 14:30. Leave it empty for an open end.');
  const validate = (text: string): string | undefined =>
    text.trim() === '' || localTime(text) !== undefined ? undefined : example;
  const from = await step.text({
    value: known.from ?? '',
    prompt: `${vscode.l10n.t('From')}: ${example}`,
    validate,
  });
  const to = await step.fresh().text({ value: known.to ?? '', prompt: `${vscode.l10n.t('To')}: ${example}`, validate });
  if (from === '' && to === '') return { kind: 'any' };
  return { kind: 'between', from: from === '' ? null : from, to: to === '' ? null : to };
}

const capitalized = (text: string): string => text.charAt(0).toLocaleUpperCase(vscode.env.language) + text.slice(1);
