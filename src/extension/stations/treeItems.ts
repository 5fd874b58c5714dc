import * as vscode from 'vscode';
import type { Pause } from '../../shared/contract/pauses.ts';
import type { WindowUse } from '../../shared/contract/stationUse.ts';
import { ago } from '../../shared/format/ago.ts';
import { formatWholePercent } from '../../shared/format/formatPercent.ts';
import { nameBesideLabel, procedureLabel } from '../../shared/run/procedureChoice.ts';
import { yieldPercent } from '../../shared/statistics/yield.ts';
import type { StationItem, StationKey, Week } from '../connection/stationSource.ts';
import { shortUseWords, useSentence, useWords } from '../connection/useWords.ts';
import { yieldSentences } from '../connection/yieldSentences.ts';
import type { KeyNode, ProcedureNode } from './nodes.ts';
import { selectionUri } from './selectionMark.ts';
import {
  pauseIcon,
  pauseSentence,
  pauseWord,
  type ShownState,
  stateIcon,
  stateSentence,
  stateWord,
} from './stateWords.ts';

export interface StationItemState {
  readonly state: ShownState;
  readonly isSelected: boolean;
  readonly isExpanded: boolean;
  readonly pause: Pause | undefined;
  readonly waiting: string | undefined;
  readonly usedBy: readonly WindowUse[];
}

export function stationItem(
  station: StationItem,
  { state, isSelected, isExpanded, pause, waiting, usedBy }: StationItemState,
): vscode.TreeItem {
  const item = new vscode.TreeItem(
    station.name,
    isExpanded ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.Collapsed,
  );
  const linked = procedureCount(station.procedures.length);
  const selected = isSelected ? vscode.l10n.t('selected') : '';
  item.id = `station:${station.id}`;
  const asks = waiting === undefined ? '' : vscode.l10n.t('waits for an answer');
  const paused = pause === undefined ? '' : pauseWord(pause);
  const [user] = usedBy;
  const used = user === undefined ? '' : useWords(user);
  const stateWords = joinParts(' · ', paused, stateWord(state), sinceWords(station, state));
  // The check mark behind the row shows that the station is selected.
  // Without "in use by", which the icon says: a narrow view cuts off the end.
  const shortlyUsed = user === undefined ? '' : shortUseWords(user);
  item.description = asks || joinParts(' · ', shortlyUsed, user?.test == null ? stateWords : paused);
  item.iconPath = stationIcon({ state, pause, waiting, usedBy });
  item.resourceUri = selectionUri(station.id);
  item.contextValue = joinParts(' ', 'station', isSelected ? 'selected' : '', pause?.kind ?? '');
  item.accessibilityInformation = {
    label: joinParts(
      ', ',
      vscode.l10n.t('Station {0}', station.name),
      selected,
      paused,
      stateWord(state),
      sinceWords(station, state),
      used,
      asks,
      linked,
    ),
  };
  return item;
}

function stationIcon({
  state,
  pause,
  waiting,
  usedBy,
}: Pick<StationItemState, 'state' | 'pause' | 'waiting' | 'usedBy'>): vscode.ThemeIcon {
  if (waiting !== undefined) return new vscode.ThemeIcon('comment-discussion', new vscode.ThemeColor('charts.blue'));
  if (usedBy.some(({ test }) => test !== null)) return stateIcon('running');
  if (usedBy.length > 0 && pause === undefined && state !== 'running' && state !== 'disconnected') {
    return new vscode.ThemeIcon('account');
  }
  return pause === undefined || state === 'running' ? stateIcon(state) : pauseIcon(pause);
}

export function stationTooltip(
  station: StationItem,
  { state, isSelected, pause, waiting, usedBy }: StationItemState,
  uptime: string,
): string {
  const since = isOfServer(station, state) ? station.stateSince : null;
  return joinParts(
    '\n',
    station.name,
    isSelected ? vscode.l10n.t('Scripts run on this station.') : '',
    pause === undefined ? '' : pauseSentence(pause),
    joinParts(' ', stateSentence(state), since === null ? '' : vscode.l10n.t('Since {0}.', formatTime(since))),
    ...usedBy.map((each) => useSentence(each, station.name)),
    waiting === undefined ? '' : vscode.l10n.t('The test waits for an answer: {0}', waiting),
    station.lastSeen === null ? '' : vscode.l10n.t('Last seen {0}.', formatTime(station.lastSeen)),
    uptime,
    station.operatorAddress === null ? '' : vscode.l10n.t('Followed at {0}.', station.operatorAddress),
    procedureCount(station.procedures.length),
  );
}

/** Returns since when the state holds, or '' if unknown: of a run in this window the server may not know yet. */
function sinceWords(station: StationItem, state: ShownState): string {
  if (station.stateSince === null || !isOfServer(station, state)) return '';
  const since = new Date(station.stateSince);
  const isToday = since.toDateString() === new Date().toDateString();
  return vscode.l10n.t(
    'since {0}',
    isToday
      ? since.toLocaleTimeString(undefined, { timeStyle: 'short' })
      : since.toLocaleDateString(undefined, { day: 'numeric', month: 'short' }),
  );
}

const isOfServer = (station: StationItem, state: ShownState): boolean => state === station.state || state === 'idle';

export function procedureItem({ station, procedure, week, check }: ProcedureNode): vscode.TreeItem {
  const label = procedureLabel(procedure);
  const { Expanded, None } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(label, check === undefined ? None : Expanded);
  // VS Code keeps the state of an id: a row that gets its first child would stay collapsed.
  item.id = `station:${station.id}/procedure:${procedure.id}${check === undefined ? '' : '/checked'}`;
  item.description = joinParts(' · ', weekWords(week), nameBesideLabel(procedure));
  item.iconPath = new vscode.ThemeIcon('checklist');
  item.contextValue = joinParts(' ', 'procedure', (week?.runs ?? 0) > 0 ? 'tested' : '');
  item.tooltip = joinParts(
    '\n',
    vscode.l10n.t('{0} may push runs of {1}.', station.name, procedure.name),
    weekSentence(week),
  );
  item.accessibilityInformation = {
    label: joinParts(
      ', ',
      vscode.l10n.t('Procedure {0}, {1}, linked to {2}', label, procedure.name, station.name),
      weekWords(week),
    ),
  };
  return item;
}

export function keyItem({ station, key }: KeyNode): vscode.TreeItem {
  const item = new vscode.TreeItem(key === null ? vscode.l10n.t('No key') : `${key.prefix}…`);
  const age =
    key?.createdAt == null ? '' : vscode.l10n.t('created {0}', ago(key.createdAt, Date.now(), vscode.env.language));
  const missing = key === null || key.isOnThisMachine ? '' : vscode.l10n.t('not on this machine');
  item.id = `station:${station.id}/key`;
  item.description = key === null ? vscode.l10n.t('scripts cannot push') : joinParts(' · ', missing, age);
  item.iconPath = key?.isOnThisMachine === true ? new vscode.ThemeIcon('key') : warningIcon();
  item.contextValue = key === null ? 'key none' : key.isOnThisMachine ? 'key here' : 'key elsewhere';
  item.tooltip = keyTooltip(station, key);
  item.accessibilityInformation = {
    label: joinParts(', ', vscode.l10n.t('Key of {0}', station.name), item.label as string, item.description),
  };
  return item;
}

const warningIcon = (): vscode.ThemeIcon =>
  new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));

function keyTooltip(station: StationItem, key: StationKey | null): string {
  if (key === null)
    return vscode.l10n.t('{0} has no key. Generate one, so that scripts can push its runs.', station.name);
  return joinParts(
    '\n',
    vscode.l10n.t('The key of {0} begins with {1}', station.name, key.prefix),
    key.isOnThisMachine
      ? vscode.l10n.t('It is kept in VS Code’s secret storage.')
      : vscode.l10n.t('This machine does not have it: paste it, or generate a new one.'),
    key.createdAt === null ? '' : vscode.l10n.t('Created {0}.', formatTime(key.createdAt)),
    key.lastUsedAt === null
      ? key.createdAt === null
        ? ''
        : vscode.l10n.t('Never used.')
      : vscode.l10n.t('Last used {0}.', formatTime(key.lastUsedAt)),
  );
}

function weekWords(week: Week | undefined): string {
  if (week === undefined) return '';
  const runs = week.runs === 1 ? vscode.l10n.t('1 run') : vscode.l10n.t('{0} runs', week.runs);
  if (week.yield === null || week.runs === 0) return runs;
  const { passed_first, units } = week.yield.counts;
  const share = yieldPercent(passed_first, units);
  const words =
    share === null
      ? vscode.l10n.t('no yield data')
      : vscode.l10n.t('{0} first pass', formatWholePercent(share, vscode.env.language));
  return joinParts(' · ', runs, words);
}

function weekSentence(week: Week | undefined): string {
  if (week === undefined) return '';
  if (week.runs === 0) return vscode.l10n.t('No runs in the last 7 days.');
  const runs = vscode.l10n.t('Runs in the last 7 days: {0}.', week.runs);
  return week.yield === null ? runs : joinParts('\n', runs, yieldSentences(week.yield));
}

function procedureCount(count: number): string {
  if (count === 0) return vscode.l10n.t('no procedure');
  return count === 1 ? vscode.l10n.t('1 procedure') : vscode.l10n.t('{0} procedures', count);
}

const formatTime = (time: string): string =>
  `${new Date(time).toLocaleString()} (${ago(time, Date.now(), vscode.env.language)})`;

const joinParts = (separator: string, ...parts: readonly string[]): string =>
  parts.filter((part) => part !== '').join(separator);
