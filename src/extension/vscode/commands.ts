import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { messageOf } from '../../shared/format/messageOf.ts';
import type { Log } from './log.ts';
import { showError } from './messages.ts';
import { hasRemedies } from './userError.ts';

/**
 * The delay of a command that a step of the walkthrough runs. VS Code focuses a step 250 ms after it was expanded, which would
 * take the focus from an input box that the step's button has opened. No event reports the focus.
 */
const walkthroughDelayMs = 300;

type Handler = (...args: unknown[]) => unknown;

export class Commands {
  readonly #log: Log;
  readonly #handlers = new Map<string, Handler>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** @param name the command's id without the prefix `testStations.` */
  register(name: string, handler: Handler): void {
    this.#handlers.set(`testStations.${name}`, handler);
  }

  /** @param args begins with 'walkthrough' in a step of the walkthrough @returns undefined after a failure */
  async run(id: string, args: readonly unknown[]): Promise<unknown> {
    try {
      if (args[0] === 'walkthrough') await delay(walkthroughDelayMs);
      return await this.#handlers.get(id)?.(...args);
    } catch (error) {
      void this.show(error);
      return undefined;
    }
  }

  async show(error: unknown): Promise<void> {
    if (error instanceof vscode.CancellationError) return;
    const message = messageOf(error);
    this.#log.error(error instanceof Error ? error : message);
    if (error instanceof Error && error.cause instanceof Error) this.#log.error(error.cause);
    const remedies = [
      ...(hasRemedies(error) ? error.remedies : []),
      { label: vscode.l10n.t('Show Log'), run: () => this.#log.show() },
    ];
    const chosen = await showError(message, ...remedies.map((remedy) => remedy.label));
    try {
      await remedies.find((remedy) => remedy.label === chosen)?.run();
    } catch (next) {
      await this.show(next);
    }
  }
}
