import * as vscode from 'vscode';
import type { Services } from '../connection/services.ts';
import type { StationStore } from '../connection/stationStore.ts';
import { ExpandedGroups } from './expandedGroups.ts';
import { registerGoldenCommands } from './goldenCommands.ts';
import { goldenNotices } from './goldenNotices.ts';
import { registerGroupCommands } from './groupCommands.ts';
import { registerKeyCommands } from './keyCommands.ts';
import { registerProcedureCommands } from './procedureCommands.ts';
import { selectionMark } from './selectionMark.ts';
import { registerServerCommands } from './serverCommands.ts';
import { registerShiftCommand } from './shifts.ts';
import { StationChoice } from './stationChoice.ts';
import { registerStationCommands } from './stationCommands.ts';
import { StationFilter } from './stationFilter.ts';
import { StationsTree } from './stationsTree.ts';
import { stationStatusBar } from './statusBar.ts';

export function registerStations(services: Services): vscode.Disposable {
  const { commands, connection, store, feed } = services;
  const state = services.context.workspaceState;
  const filter = new StationFilter(store);
  let isVisible = false;
  let expanded: ReadonlySet<string> = new Set();
  const look = (): void => {
    feed.setWatching('stations', isVisible);
    store.look('stations', isVisible ? { list: 'states', details: expanded } : undefined);
  };
  const tree = new StationsTree(services, filter, new ExpandedGroups(state), {
    onFirstShown: () => {
      isVisible = true;
      look();
      feed.start();
    },
    onDidChangeExpanded: (stations) => {
      expanded = stations;
      look();
    },
  });
  const view = vscode.window.createTreeView('testStations.stations', {
    treeDataProvider: tree,
    showCollapseAll: true,
    canSelectMany: true,
  });
  const choice = new StationChoice(store, view);
  registerStationCommands(services, choice);
  registerProcedureCommands(services, choice);
  registerGoldenCommands(services, choice);
  registerGroupCommands(services, choice);
  registerKeyCommands(services, choice);
  registerServerCommands(commands, connection);
  commands.register('filterStations', async () => {
    const found = await filter.ask();
    if (found === undefined) return;
    if (!filter.shows(found)) filter.set(undefined);
    const node = tree.node(found.id);
    if (node !== undefined) await view.reveal(node, { select: true, focus: true });
  });
  commands.register('clearFilter', () => filter.set(undefined));
  const show = (): void => showState(view, services, filter);
  show();
  return vscode.Disposable.from(
    view,
    tree,
    filter,
    goldenNotices(store, state),
    registerShiftCommand(services),
    selectionMark(store),
    stationStatusBar(connection, store),
    view.onDidChangeVisibility(({ visible }) => {
      isVisible = visible;
      look();
    }),
    view.onDidExpandElement(({ element }) => tree.noteExpanded(element, true)),
    view.onDidCollapseElement(({ element }) => tree.noteExpanded(element, false)),
    feed.onDidChangeRefusal(() => show()),
    store.onDidChange(show),
    filter.onDidChange(show),
  );
}

/**
 * Updates the view's title with the remote server and the filter. After a failed refresh the last stations remain below a
 * message. If there are none, the view's welcome shows the error.
 */
function showState(view: vscode.TreeView<unknown>, { connection, store, feed }: Services, filter: StationFilter): void {
  const { error, stations } = store;
  const { remote, serverName } = connection;
  const { refusal } = feed;
  view.badge = badgeOf(store);
  const parts = [remote === undefined ? '' : serverName, filter.description];
  view.description = parts.filter((part) => part !== '').join(' · ');
  if (stations === undefined) view.message = '';
  else if (error !== undefined) view.message = vscode.l10n.t('Last known state. {0}', error.message);
  else if (refusal !== undefined)
    view.message = vscode.l10n.t(
      'Updated about every 30 seconds, because the server refuses live updates. {0}',
      refusal,
    );
  else if (stations.length > 0 && !stations.some((station) => filter.shows(station)))
    view.message = vscode.l10n.t('No station matches the filter.');
  else view.message = '';
}

function badgeOf({ waitingPrompts: waiting }: StationStore): vscode.ViewBadge | undefined {
  if (waiting.size === 0) return undefined;
  const tooltip =
    waiting.size === 1
      ? vscode.l10n.t('1 test waits for an answer')
      : vscode.l10n.t('{0} tests wait for an answer', waiting.size);
  return { value: waiting.size, tooltip };
}
