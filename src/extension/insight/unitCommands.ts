import * as vscode from 'vscode';
import { type Sample, units } from '../../shared/contract/units.ts';
import { oneLine } from '../../shared/format/oneLine.ts';
import type { Connection } from '../connection/connection.ts';
import { idOfRun, serialNumberOfRun } from '../connection/runRows.ts';
import type { Services } from '../connection/services.ts';
import { showDone } from '../vscode/messages.ts';
import { PagePanels } from '../vscode/pagePanels.ts';
import { pickOne } from '../vscode/pick.ts';
import { UserError } from '../vscode/userError.ts';
import { ComparePanel, compareSubject } from './comparePanel.ts';
import { askOtherRun } from './compareQuestion.ts';
import type { ExportableRun } from './export/exportableRun.ts';
import type { Exports } from './export/exports.ts';
import { pickRun, pickUnit, pickUnitOrRun } from './findUnit.ts';
import { UnitPanel } from './unitPanel.ts';

export function registerUnits(services: Services, exports: Exports): PagePanels {
  const { commands, connection, context } = services;
  const pages = new PagePanels(
    'testStations.unit',
    context.extensionUri,
    (panel, serialNumber) => new UnitPanel(panel, serialNumber, services, exports),
  );
  const open = (serialNumber: string): Promise<void> => pages.open(serialNumber, oneLine(serialNumber));
  const find = async (): Promise<void> => {
    const found = await pickUnitOrRun(connection);
    if ('run' in found) await vscode.commands.executeCommand('testStations.openRun', found.run);
    else await open(found.serialNumber);
  };
  commands.register('findUnit', find);
  commands.register('openUnit', async (argument) => {
    const serialNumber = typeof argument === 'string' ? argument : serialNumberOfRun(argument);
    if (serialNumber === undefined) await find();
    else await open(serialNumber);
  });
  commands.register('markUnit', async (argument) => {
    const given = typeof argument === 'string' ? argument : serialNumberOfRun(argument);
    const serialNumber = given ?? (await pickUnit(connection, vscode.l10n.t('Mark unit')));
    await markUnit(connection, serialNumber);
  });
  return pages;
}

export function registerComparison(services: Services, exports: Exports): PagePanels {
  const { commands, connection, context } = services;
  const pages = new PagePanels(
    'testStations.compare',
    context.extensionUri,
    (panel, subject) => new ComparePanel(panel, subject, services, exports),
  );
  const compare = async (argument: unknown, more: unknown): Promise<void> => {
    const marked = runsOf(argument, more);
    if (marked.length > 2) throw new UserError(vscode.l10n.t('Select two runs to compare them.'));
    const first = marked[0] ?? (await pickRun(connection, vscode.l10n.t('Compare runs')));
    const second = marked[1] ?? (await askOtherRun(connection, first));
    await pages.open(compareSubject(first, second), vscode.l10n.t('Compare runs'));
  };
  commands.register('exportRun', async (argument) => {
    if (isExportable(argument)) return exports.run(argument);
    const id = typeof argument === 'string' ? argument : idOfRun(argument);
    return exports.run(id ?? (await pickRun(connection, vscode.l10n.t('Export run'))));
  });
  commands.register('compareRuns', compare);
  commands.register('compareRunWith', (argument) => compare(argument, undefined));
  return pages;
}

/** A report passes the run that it shows, which may not have been uploaded yet. */
const isExportable = (argument: unknown): argument is ExportableRun =>
  idOfRun(argument) !== undefined &&
  typeof argument === 'object' &&
  argument !== null &&
  'content' in argument &&
  typeof argument.content === 'function';

/** Returns the runs that a command is for: ids, or the row of a menu with all selected rows. */
function runsOf(argument: unknown, more: unknown): string[] {
  const rows: readonly unknown[] = Array.isArray(more) && more.length > 1 ? more : [argument, more];
  const ids = rows.flatMap((row) => (typeof row === 'string' ? row : (idOfRun(row) ?? [])));
  return [...new Set(ids)];
}

interface MarkItem extends vscode.QuickPickItem {
  readonly sample: Sample | null;
}

async function markUnit(connection: Connection, serialNumber: string): Promise<void> {
  const params = { serial_number: serialNumber };
  const { sample: before } = await connection.call(units.get, { params });
  const items = markItems().map((item) =>
    item.sample === before ? { ...item, description: vscode.l10n.t('now') } : item,
  );
  const picked = await pickOne(items, {
    title: vscode.l10n.t('Mark unit {0}', oneLine(serialNumber)),
    placeHolder: vscode.l10n.t('Golden units and failing samples check stations. Yield and statistics leave them out.'),
  });
  if (picked.sample === before) return;
  await connection.call(units.update, { params, body: { sample: picked.sample } });
  showDone(vscode.l10n.t('{0}: {1}', oneLine(serialNumber), picked.label));
}

const markItems = (): MarkItem[] => [
  {
    label: vscode.l10n.t('Golden unit'),
    detail: vscode.l10n.t('A good unit that is known to pass. It has to pass on every station.'),
    sample: 'golden',
  },
  {
    label: vscode.l10n.t('Failing sample'),
    detail: vscode.l10n.t('A unit with a known fault. It has to fail on every station.'),
    sample: 'failing',
  },
  {
    label: vscode.l10n.t('Leave out of statistics'),
    detail: vscode.l10n.t('For units that are used for trials.'),
    sample: 'ignored',
  },
  {
    label: vscode.l10n.t('Production unit'),
    detail: vscode.l10n.t('The unit counts for yield and statistics.'),
    sample: null,
  },
];
