import * as vscode from 'vscode';
import { studyMinimum } from '../../../shared/contract/studies.ts';
import { type UnitListItem, units } from '../../../shared/contract/units.ts';
import type { Connection } from '../../connection/connection.ts';
import { plainLabel } from '../../vscode/messages.ts';
import type { Step } from '../../vscode/steps.ts';

const recentUnits = 50;

interface PartItem extends vscode.QuickPickItem {
  readonly serialNumber: string;
}

export const loadRecentUnits = async (connection: Connection, procedure: string): Promise<readonly UnitListItem[]> =>
  (
    await connection.call(units.list, {
      query: { procedure_ids: [procedure], limit: recentUnits, sort_by: 'last_run_at' },
    })
  ).data;

/** Asks for the serial numbers of the parts. Enter adds the typed one; Enter on an empty line ends the step. */
export function askParts(step: Step, recent: readonly UnitListItem[], known: readonly string[]): Promise<string[]> {
  const box = vscode.window.createQuickPick<PartItem>();
  box.canSelectMany = true;
  const typed = known.filter((serial) => !recent.some(({ serial_number }) => serial_number === serial)).map(typedItem);
  let items: PartItem[] = [...typed, ...recent.map(unitItem)];
  box.items = items;
  box.selectedItems = items.filter(({ serialNumber }) => known.includes(serialNumber));
  const hint = vscode.l10n.t('Scan or type a serial number and press Enter, or select units. Enter alone continues.');
  box.placeholder = hint;
  return step.show(box, (done) => {
    const add = (serial: string): void => {
      const found = items.find(({ serialNumber }) => serialNumber.toLowerCase() === serial.toLowerCase());
      const item = found ?? typedItem(serial);
      const selected = [...box.selectedItems.filter((each) => each !== item), item];
      items = found === undefined ? [item, ...items] : items;
      box.value = '';
      box.items = items;
      box.selectedItems = selected;
      box.placeholder = vscode.l10n.t(
        '{0} parts. Scan or type the next one, or press Enter to continue.',
        selected.length,
      );
    };
    box.onDidAccept(() => {
      const serial = box.value.trim();
      const chosen = box.selectedItems.map(({ serialNumber }) => serialNumber);
      if (serial !== '') add(serial);
      else if (chosen.length >= studyMinimum.parts) done(chosen);
      else
        box.placeholder = vscode.l10n.t(
          'A single part does not show whether the gauge can tell parts apart. Add another.',
        );
    });
  });
}

const typedItem = (serialNumber: string): PartItem => ({
  label: plainLabel(serialNumber),
  description: vscode.l10n.t('typed'),
  serialNumber,
  alwaysShow: true,
});

const unitItem = ({ serial_number, part }: UnitListItem): PartItem => ({
  label: plainLabel(serial_number),
  description: plainLabel(part.number),
  serialNumber: serial_number,
});
