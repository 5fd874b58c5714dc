import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { messageOf } from '../../shared/format/messageOf.ts';
import type { Log } from './log.ts';
import { showError } from './messages.ts';
import { hasRemedies } from './userError.ts';

/**
 * Milliseconds that a link of the walkthrough waits. VS Code gives the focus to a step 250 ms after it was unfolded: in the
 * middle of what is typed into a box that the step's button has opened meanwhile. No event tells of it.
 */
const walkthroughDelayMs = 300;

type Handler = (...args: unknown[]) => unknown;

/** What the commands of the manifest do: every failure of one is shown to the user and logged. */
export class Commands {
  readonly #log: Log;
  readonly #handlers = new Map<string, Handler>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** @param name without the prefix: `createStation` is what `testStations.createStation` does. */
  register(name: string, handler: Handler): void {
    this.#handlers.set(`testStations.${name}`, handler);
  }

  /**
   * @param args 'walkthrough' as the first one: a step of the walkthrough runs the command
   * @returns the command's result; undefined after a failure, which has been shown to the user
   */
  async run(id: string, args: readonly unknown[]): Promise<unknown> {
    try {
      if (args[0] === 'walkthrough') await delay(walkthroughDelayMs);
      return await this.#handlers.get(id)?.(...args);
    } catch (error) {
      void this.show(error);
      return undefined;
    }
  }

  /** Shows an error with its remedies and a way to the log. Resolves when the user has answered it. */
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
