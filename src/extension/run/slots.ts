import * as vscode from 'vscode';

const lastSlots = new Map<string, readonly number[]>();

/** @param free the slots of the script in which no unit is tested */
export async function pickSlots(
  script: vscode.Uri,
  name: string,
  free: readonly number[],
  mayPickMany: boolean,
): Promise<readonly number[]> {
  const last = (lastSlots.get(script.toString()) ?? free).filter((slot) => free.includes(slot));
  const items = free.map((slot) => ({ label: vscode.l10n.t('Slot {0}', slot), slot, picked: last.includes(slot) }));
  const title = mayPickMany
    ? vscode.l10n.t('Choose the slots in which {0} tests units', name)
    : vscode.l10n.t('Choose the slot in which {0} tests a unit', name);
  const picked = mayPickMany
    ? await vscode.window.showQuickPick(items, { title, canPickMany: true })
    : [await vscode.window.showQuickPick(items, { title })];
  const slots = (picked ?? []).flatMap((item) => item?.slot ?? []);
  if (slots.length === 0) throw new vscode.CancellationError();
  if (mayPickMany) lastSlots.set(script.toString(), slots);
  return slots;
}
