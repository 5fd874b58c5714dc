import * as vscode from 'vscode';
import { type Sample, units } from '../../shared/contract/units.ts';
import { oneLine } from '../../shared/format/oneLine.ts';
import type { Connection } from '../connection/connection.ts';
import { showDone } from '../vscode/messages.ts';

interface MarkItem extends vscode.QuickPickItem {
  readonly sample: Sample | null;
}

/** Asks what kind of sample a unit is, and stores it. @throws vscode.CancellationError */
export async function markUnit(connection: Connection, serialNumber: string): Promise<void> {
  const params = { serial_number: serialNumber };
  const { sample: before } = await connection.call(units.get, { params });
  const items = markItems().map((item) =>
    item.sample === before ? { ...item, description: vscode.l10n.t('now') } : item,
  );
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Mark unit {0}', oneLine(serialNumber)),
    placeHolder: vscode.l10n.t('Golden units and failing samples check stations. Yield and statistics leave them out.'),
  });
  if (picked === undefined) throw new vscode.CancellationError();
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
