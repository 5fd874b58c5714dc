import * as vscode from 'vscode';
import type { Log } from './log.ts';
import { hasRemedies } from './userError.ts';

/** The one place that registers commands: every failure of one is shown to the user and logged. */
export class Commands implements vscode.Disposable {
  readonly #log: Log;
  readonly #registrations: vscode.Disposable[] = [];

  constructor(log: Log) {
    this.#log = log;
  }

  /** @param name without the prefix: `createStation` registers `testStations.createStation`. */
  register(name: string, handler: (...args: unknown[]) => unknown): void {
    const id = `testStations.${name}`;
    this.#registrations.push(
      vscode.commands.registerCommand(id, async (...args: unknown[]) => {
        try {
          return await handler(...args);
        } catch (error) {
          void this.show(error);
          return undefined;
        }
      }),
    );
  }

  /** Shows an error with its remedies and a way to the log. Resolves when the user has answered it. */
  async show(error: unknown): Promise<void> {
    if (error instanceof vscode.CancellationError) return;
    const message = error instanceof Error ? error.message : String(error);
    this.#log.error(error instanceof Error ? error : message);
    if (error instanceof Error && error.cause instanceof Error) this.#log.error(error.cause);
    const remedies = [
      ...(hasRemedies(error) ? error.remedies : []),
      { label: vscode.l10n.t('Show Log'), run: () => this.#log.show() },
    ];
    const chosen = await vscode.window.showErrorMessage(message, ...remedies.map((remedy) => remedy.label));
    try {
      await remedies.find((remedy) => remedy.label === chosen)?.run();
    } catch (next) {
      await this.show(next);
    }
  }

  dispose(): void {
    vscode.Disposable.from(...this.#registrations).dispose();
  }
}
