import * as vscode from 'vscode';
import { setting } from '../../vscode/settings.ts';
import { inputBox } from './inputBoxes.ts';

const lastKey = 'lastSerialNumber';

/** Gives the serial number of the next unit: the fixed one of the settings, or what the user types or scans. */
export class SerialNumberQuestion {
  readonly #state: vscode.Memento;

  constructor(state: vscode.Memento) {
    this.#state = state;
  }

  /**
   * @param script its settings count
   * @param where the script and its station, as the user reads it: several may ask at once
   * @param own the script's own number, which is offered
   * @returns null when the user cancels
   */
  async answer(script: vscode.Uri, where: string, own: string | null): Promise<string | null> {
    const fixed = setting('fixedSerialNumber', script);
    if (setting('serialNumber', script) === 'fixed' && fixed !== '') return fixed;
    const last = this.#state.get(lastKey);
    const number = await inputBox({
      title: vscode.l10n.t('Serial number of the unit under test'),
      prompt: vscode.l10n.t('For {0}. Scan it, or type it and press Enter.', where),
      value: typeof last === 'string' ? last : (own ?? ''), // selected as a whole: a scanner writes over it
      ignoreFocusOut: true,
      validateInput: (text) => (text.trim() === '' ? vscode.l10n.t('A unit needs a serial number.') : undefined),
    });
    if (number === undefined) return null;
    await this.#state.update(lastKey, number.trim());
    return number.trim();
  }
}
