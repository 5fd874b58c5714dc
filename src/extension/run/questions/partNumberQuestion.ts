import * as vscode from 'vscode';
import * as z from 'zod';
import type { Connection } from '../../connection/connection.ts';
import { setting } from '../../vscode/settings.ts';
import { inputBox } from './inputBoxes.ts';

const lastKey = 'lastPartNumbers';
const lastNumbers = z.record(z.string(), z.string());

/** The longest part number that a server takes. */
const longest = 60;

/** Returns the sentence for a text that cannot be a part number; undefined: it can be one. */
export function partNumberProblem(text: string): string | undefined {
  const { length } = text.trim();
  return length >= 1 && length <= longest
    ? undefined
    : vscode.l10n.t('A part number has 1 to {0} characters.', longest);
}

/** Remembers which part number was given last for a script. */
export class PartNumbers {
  readonly #state: vscode.Memento;

  /** @param state of the workspace */
  constructor(state: vscode.Memento) {
    this.#state = state;
  }

  lastFor(script: vscode.Uri): string | undefined {
    return this.#all()[script.toString()];
  }

  async remember(script: vscode.Uri, number: string): Promise<void> {
    await this.#state.update(lastKey, { ...this.#all(), [script.toString()]: number });
  }

  #all(): Record<string, string> {
    return lastNumbers.safeParse(this.#state.get(lastKey)).data ?? {};
  }
}

/** Where a script runs, and for whom. */
interface AskingRun {
  readonly script: vscode.Uri;
  /** The script and its station, as the user reads it. */
  readonly title: string;
  /** Given by an operator, who does not see this window. */
  readonly serialNumber: string | undefined;
}

/** Decides, during one run, which part its tests are of where the script does not say it. The user is asked only once. */
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

  /** @returns null when the user cancels; the empty text when the server may know the part by itself */
  answer(): Promise<string | null> {
    this.#answer ??= this.#ask();
    return this.#answer;
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
    await this.#numbers.remember(script, number.trim());
    return number.trim();
  }
}
