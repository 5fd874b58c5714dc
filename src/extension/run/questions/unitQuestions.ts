import * as vscode from 'vscode';
import * as z from 'zod';
import { nextSerialNumber } from '../../../shared/live/operatorTexts.ts';
import { serialNumberProblem } from '../../../shared/run/serialNumberFormat.ts';
import type { Connection } from '../../connection/connection.ts';
import { setting } from '../../vscode/settings.ts';
import { inputBox } from './inputBox.ts';

const lastSerialNumberKey = 'lastSerialNumber';
const lastPartNumbersKey = 'lastPartNumbers';
const lastNumbers = z.record(z.string(), z.string());

const maxPartNumberLength = 60;

export function partNumberProblem(text: string): string | undefined {
  const { length } = text.trim();
  return length >= 1 && length <= maxPartNumberLength
    ? undefined
    : vscode.l10n.t('A part number has 1 to {0} characters.', maxPartNumberLength);
}

export class PartNumbers {
  readonly #state: vscode.Memento;

  constructor(state: vscode.Memento) {
    this.#state = state;
  }

  lastFor(script: vscode.Uri): string | undefined {
    return this.#all()[script.toString()];
  }

  async save(script: vscode.Uri, number: string): Promise<void> {
    await this.#state.update(lastPartNumbersKey, { ...this.#all(), [script.toString()]: number });
  }

  #all(): Record<string, string> {
    return lastNumbers.safeParse(this.#state.get(lastPartNumbersKey)).data ?? {};
  }
}

export function serialNumberAdvice(text: string, script: vscode.Uri): string | undefined {
  const format = setting('serialNumberFormat', script);
  switch (serialNumberProblem(text, format)) {
    case 'empty':
      return vscode.l10n.t('A unit needs a serial number.');
    case 'format':
      return vscode.l10n.t('{0} is no serial number of the format {1}. Scan the unit again.', text.trim(), format);
    case 'invalidFormat':
      return vscode.l10n.t('The setting Serial Number Format is no regular expression: {0}', format);
    case null:
      return undefined;
  }
}

interface AskingRun {
  readonly script: vscode.Uri;
  readonly title: string;
  /** Entered by an operator, who does not see this window. */
  readonly serialNumber: string | undefined;
}

/** Finds the part number of a run whose script names none. The user is asked once per run. */
export class PartNumberQuestion {
  readonly #connection: Connection;
  readonly #numbers: PartNumbers;
  readonly #run: AskingRun;
  #answer: Promise<string | null> | undefined;

  constructor(connection: Connection, numbers: PartNumbers, run: AskingRun) {
    this.#connection = connection;
    this.#numbers = numbers;
    this.#run = run;
  }

  /** @returns null when the user cancels; the empty text when the server may derive the part itself */
  answer(): Promise<string | null> {
    this.#answer ??= this.#ask();
    return this.#answer;
  }

  set(number: string): void {
    this.#answer = Promise.resolve(number);
  }

  async #ask(): Promise<string | null> {
    const { script, title, serialNumber } = this.#run;
    const fixed = setting('partNumber', script).trim();
    if (fixed !== '') return fixed;
    // TofuPilot can derive the part from the serial number.
    if (!(await this.#connection.can('push-marks'))) return '';
    const last = this.#numbers.lastFor(script);
    if (serialNumber !== undefined && last !== undefined) return last;
    const number = await inputBox({
      title: vscode.l10n.t('Part number of the unit under test'),
      prompt: vscode.l10n.t(
        '{0} gives no part number, and a run needs one. The setting Part Number answers this for every run.',
        title,
      ),
      value: last ?? '',
      ignoreFocusOut: true,
      validateInput: partNumberProblem,
    });
    if (number === undefined) return null;
    await this.#numbers.save(script, number.trim());
    return number.trim();
  }
}

export class SerialNumberQuestion {
  readonly #state: vscode.Memento;

  constructor(state: vscode.Memento) {
    this.#state = state;
  }

  /**
   * @param title names the script and its station, because several may ask at once
   * @param own the script's own number, which is suggested
   * @param refuse returns why a number cannot be that of the unit, if it cannot
   * @returns null when the user cancels
   */
  async answer(
    script: vscode.Uri,
    where: string,
    own: string | null,
    refuse: (number: string) => string | undefined,
  ): Promise<string | null> {
    const fixed = setting('fixedSerialNumber', script);
    if (setting('serialNumber', script) === 'fixed' && fixed !== '' && refuse(fixed) === undefined) return fixed;
    const last = this.#state.get(lastSerialNumberKey);
    const known = typeof last === 'string' ? last : (own ?? '');
    const number = await inputBox({
      title: vscode.l10n.t('Serial number of the unit under test'),
      prompt: vscode.l10n.t('For {0}. Scan it, or type it and press Enter.', where),
      // It is selected as a whole, so that a scanner replaces it.
      value: refuse(known) === undefined ? known : (nextSerialNumber(known) ?? ''),
      ignoreFocusOut: true,
      validateInput: (text) => serialNumberAdvice(text, script) ?? refuse(text),
    });
    if (number === undefined) return null;
    await this.#state.update(lastSerialNumberKey, number.trim());
    return number.trim();
  }
}
