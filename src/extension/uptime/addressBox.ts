import * as vscode from 'vscode';
import { operatorAddress } from '../../shared/contract/presence.ts';

/**
 * Asks for the address of an OpenHTF station server. A button of the input box searches the network instead.
 * @returns an empty string for no address
 * @throws vscode.CancellationError also when the button is clicked
 */
export async function askAddress(
  station: { readonly id: string; readonly name: string },
  value: string,
): Promise<string> {
  const box = vscode.window.createInputBox();
  const refusal = (text: string): string | undefined =>
    text.trim() === '' ? undefined : operatorAddress.safeParse(text).error?.issues[0]?.message;
  box.title = vscode.l10n.t('Operator address of {0}', station.name);
  box.prompt = vscode.l10n.t(
    'Host and port of the OpenHTF station server, such as bench-3.lan:4444. The server follows it. Empty: none.',
  );
  box.value = value;
  box.ignoreFocusOut = true;
  box.buttons = [
    { iconPath: new vscode.ThemeIcon('search'), tooltip: vscode.l10n.t('Find OpenHTF Stations on the Network') },
  ];
  const address = await new Promise<string | undefined>((done) => {
    box.onDidChangeValue((text) => (box.validationMessage = refusal(text) ?? ''));
    box.onDidAccept(() => {
      if (refusal(box.value) === undefined) done(box.value.trim());
    });
    box.onDidTriggerButton(() => {
      done(undefined);
      void vscode.commands.executeCommand('testStations.findOnNetwork', { id: station.id });
    });
    box.onDidHide(() => done(undefined));
    box.show();
  });
  box.dispose();
  if (address === undefined) throw new vscode.CancellationError();
  return address;
}
