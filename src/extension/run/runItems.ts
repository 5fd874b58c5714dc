import * as vscode from 'vscode';
import type { RunListItem } from '../../shared/contract/runs.ts';
import { oneLine } from '../../shared/format/oneLine.ts';
import { outcomeIcon } from '../vscode/outcomeIcons.ts';
import { shortTime } from '../vscode/shortTime.ts';
import { isRefused } from './uploads/retries.ts';
import { unitNameOf } from './uploads/uploadCommands.ts';
import type { PendingUpload } from './uploads/uploadFolder.ts';
import { pendingReason } from './uploads/uploadPending.ts';
import { reasonOf } from './uploads/uploadQueue.ts';

/** @param hasStation whether the row names the station, because the view lists runs of several */
export function runItem(run: RunListItem, hasStation: boolean): vscode.TreeItem {
  const serial = oneLine(run.unit.serial_number);
  const procedure = oneLine(run.procedure.name);
  const item = new vscode.TreeItem(serial);
  const when = new Date(run.started_at).toLocaleString(vscode.env.language);
  const station = run.created_by_station == null ? [] : [oneLine(run.created_by_station.name)];
  item.id = `run:${run.id}`;
  const study = run.gauge_study === undefined ? [] : [vscode.l10n.t('gauge study')];
  const shown = [run.outcome, shortTime(new Date(run.started_at)), ...(hasStation ? station : []), procedure, ...study];
  item.description = shown.join(' · ');
  item.iconPath = outcomeIcon(run.outcome);
  item.contextValue = 'run';
  const unit = `${serial} (${oneLine(run.unit.part.number)})`;
  item.tooltip = [unit, run.outcome, procedure, ...study, ...station, when].join('\n');
  item.accessibilityInformation = {
    label: [serial, run.outcome, procedure, ...(hasStation ? station : []), when].join(', '),
  };
  item.command = { command: 'testStations.openRun', title: vscode.l10n.t('Open Run'), arguments: [run.id] };
  return item;
}

export function pendingItem(result: PendingUpload): vscode.TreeItem {
  const item = new vscode.TreeItem(unitNameOf(result));
  const refused = isRefused(result);
  const state = refused ? vscode.l10n.t('refused') : vscode.l10n.t('upload pending');
  const reason = oneLine(reasonOf(result), 500);
  const when = new Date(result.started_at).toLocaleString(vscode.env.language);
  item.id = `kept:${result.id}`;
  item.description = `${result.outcome} · ${state}: ${reason}`;
  item.iconPath = refused
    ? new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'))
    : new vscode.ThemeIcon('cloud-upload');
  item.contextValue = pendingReason(reasonOf(result)).remedy === 'partNumber' ? 'waiting partNumber' : 'waiting';
  item.tooltip = [
    vscode.l10n.t('This result has not been uploaded yet. It is stored on this machine.'),
    `${unitNameOf(result)} · ${result.outcome} · ${result.place.station.name} · ${when}`,
    reason,
    refused
      ? vscode.l10n.t('The server refused it. Fix the cause, then retry the upload.')
      : vscode.l10n.t('It will be retried automatically.'),
  ].join('\n');
  item.accessibilityInformation = {
    label: vscode.l10n.t('{0}, {1}, not uploaded yet, {2}, {3}', unitNameOf(result), result.outcome, state, reason),
  };
  item.command = {
    command: 'testStations.openUpload',
    title: vscode.l10n.t('Open Pending Upload'),
    arguments: [result],
  };
  return item;
}

export function moreItem(shownCount: number): vscode.TreeItem {
  const item = new vscode.TreeItem(vscode.l10n.t('Load more runs'));
  item.id = 'more';
  item.description = vscode.l10n.t('the newest {0} are shown', shownCount.toLocaleString(vscode.env.language));
  item.iconPath = new vscode.ThemeIcon('ellipsis');
  item.tooltip = vscode.l10n.t('Shows older runs too. To find a unit, use the search in the title of this view.');
  item.command = { command: 'testStations.loadMoreRuns', title: vscode.l10n.t('Load More Runs') };
  return item;
}

export function filterItem(words: string): vscode.TreeItem {
  const item = new vscode.TreeItem(vscode.l10n.t('Filter'));
  item.id = 'filter';
  item.description = words;
  item.iconPath = new vscode.ThemeIcon('filter-filled');
  item.contextValue = 'runsFilter';
  item.tooltip = words;
  item.accessibilityInformation = { label: vscode.l10n.t('Filter: {0}', words) };
  item.command = { command: 'testStations.filterRuns', title: vscode.l10n.t('Filter Runs…') };
  return item;
}

export function noMatchItem(): vscode.TreeItem {
  const item = new vscode.TreeItem(vscode.l10n.t('No run matches the filter'));
  item.id = 'noMatch';
  item.iconPath = new vscode.ThemeIcon('info');
  return item;
}
