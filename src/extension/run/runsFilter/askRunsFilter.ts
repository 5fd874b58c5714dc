import * as vscode from 'vscode';
import { isSameFilter, noFilter, type RunsFilter } from '../../../shared/run/runsFilter.ts';
import { plainLabel } from '../../vscode/messages.ts';
import { askInSteps, type Question } from '../../vscode/steps.ts';
import type { FilterDependencies } from './filterDependencies.ts';
import { type Dimension, dimensionQuestions, dimensions } from './filterQuestions.ts';
import { filterWords } from './filterWords.ts';

interface Choice extends vscode.QuickPickItem {
  readonly view?: RunsFilter;
  readonly dimension?: Dimension;
}

/**
 * Offers the views and what runs can be filtered by. Each answer applies at once and returns to the offer, until the
 * user picks a view or closes it.
 */
export async function askRunsFilter(dependencies: FilterDependencies): Promise<void> {
  const { shown } = dependencies;
  const isBlocked = !(await dependencies.connection.can('run-filters'));
  const ask = dimensionQuestions(dependencies);
  for (;;) {
    let chosen: Choice | undefined;
    const offer: Question = async (step) => {
      chosen = await step.pick(choices(dependencies, isBlocked), vscode.l10n.t('Choose a view, or what to filter by'));
    };
    await askInSteps(vscode.l10n.t('Filter runs'), () =>
      chosen?.dimension === undefined ? [offer] : [offer, ask[chosen.dimension]],
    );
    if (chosen?.view !== undefined) {
      shown.setFilter(chosen.view);
      return;
    }
  }
}

function choices({ connection, store, views, shown }: FilterDependencies, isBlocked: boolean): Choice[] {
  const { filter } = shown;
  const current = views.of(filter);
  const selected = store.selected?.name;
  const viewChoices = [...views.saved, ...views.builtIn].map((view): Choice => {
    const label = plainLabel(view.name);
    return {
      label: view.name === current?.name ? `$(check) ${label}` : label,
      description: filterWords(view.filter, selected),
      view: view.filter,
    };
  });
  const byDimension = dimensions.map(({ key, icon, title, words }): Choice => {
    const isUnavailable = key === 'failedMeasurements' && isBlocked;
    const description = isUnavailable
      ? vscode.l10n.t('not available on {0}', connection.serverName)
      : words(filter, selected);
    return { label: `$(${icon}) ${title()}`, description, dimension: key };
  });
  return [
    separator(vscode.l10n.t('Views')),
    ...viewChoices,
    separator(vscode.l10n.t('Filter by')),
    ...byDimension,
    ...(isSameFilter(filter, noFilter)
      ? []
      : [separator(''), { label: `$(clear-all) ${vscode.l10n.t('Clear the filter')}`, view: noFilter }]),
  ];
}

const separator = (label: string): Choice => ({ label, kind: vscode.QuickPickItemKind.Separator });
