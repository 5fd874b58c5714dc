import * as vscode from 'vscode';
import { oneLine } from '../../../shared/format/oneLine.ts';
import { isSameFilter, noFilter, runsFilter } from '../../../shared/run/runsFilter.ts';
import type { Commands } from '../../vscode/commands.ts';
import { confirm, plainLabel, showDone } from '../../vscode/messages.ts';
import { pickOne } from '../../vscode/pick.ts';
import { askOne } from '../../vscode/steps.ts';
import { UserError } from '../../vscode/userError.ts';
import { askRunsFilter } from './askRunsFilter.ts';
import type { FilterDependencies } from './filterDependencies.ts';
import { filterWords } from './filterWords.ts';
import type { RunView } from './runViews.ts';

const maxName = 60;

export function registerRunsFilter(commands: Commands, dependencies: FilterDependencies): void {
  const { store, views, shown } = dependencies;
  const focus = (): Thenable<unknown> => vscode.commands.executeCommand('testStations.runs.focus');
  const pickView = async (from: readonly RunView[], placeHolder: string): Promise<RunView> => {
    const items = from.map((view) => ({
      label: plainLabel(view.name),
      description: filterWords(view.filter, store.selected?.name),
      view,
    }));
    return (await pickOne(items, { placeHolder, matchOnDescription: true })).view;
  };
  commands.register('filterRuns', async (given) => {
    await focus();
    const { data: filter } = runsFilter.safeParse(given);
    if (filter === undefined) await askRunsFilter(dependencies);
    else shown.setFilter(filter);
    await focus();
  });
  commands.register('clearRunFilter', () => shown.setFilter(noFilter));
  commands.register('openRunView', async () => {
    const { filter } = await pickView([...views.saved, ...views.builtIn], vscode.l10n.t('Choose the view to open'));
    shown.setFilter(filter);
    await focus();
  });
  commands.register('deleteRunView', async () => {
    if (views.saved.length === 0) throw new UserError(vscode.l10n.t('No view has been saved for this server.'));
    const { name } = await pickView(views.saved, vscode.l10n.t('Choose the view to delete'));
    if (!(await confirmDelete(name))) return;
    await views.remove(name);
    showDone(vscode.l10n.t('View {0} deleted', oneLine(name)));
  });
  commands.register('saveRunView', async () => {
    const { filter } = shown;
    const name = await askOne(vscode.l10n.t('Save this filter as a view'), (step) =>
      step.text({
        value: views.saved.find((view) => isSameFilter(view.filter, filter))?.name ?? '',
        prompt: vscode.l10n.t('Name of the view: {0}', filterWords(filter, store.selected?.name)),
        validate: (text) => problemOf(text.trim(), views.builtIn),
      }),
    );
    const existing = views.saved.find((view) => view.name.toLowerCase() === name.toLowerCase());
    if (existing !== undefined && !(await confirmReplace(existing.name))) return;
    await views.save({ name, filter });
    shown.setFilter(filter);
    showDone(vscode.l10n.t('View {0} saved', oneLine(name)));
  });
}

function problemOf(name: string, builtIn: readonly RunView[]): string | undefined {
  if (name === '') return vscode.l10n.t('Enter a name for the view.');
  if (name.length > maxName) return vscode.l10n.t('The name must be at most {0} characters long.', maxName);
  const isTaken = builtIn.some((view) => view.name.toLowerCase() === name.toLowerCase());
  return isTaken ? vscode.l10n.t('A built-in view has this name. Enter another one.') : undefined;
}

const confirmReplace = (name: string): Promise<boolean> =>
  confirm({
    message: vscode.l10n.t('Replace the view {0}?', oneLine(name)),
    detail: vscode.l10n.t('A view with this name is saved already.'),
    button: vscode.l10n.t('Replace'),
  });

const confirmDelete = (name: string): Promise<boolean> =>
  confirm({
    message: vscode.l10n.t('Delete the view {0}?', oneLine(name)),
    detail: vscode.l10n.t('Its filter is lost. The runs stay as they are.'),
    button: vscode.l10n.t('Delete'),
  });
