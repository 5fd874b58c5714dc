import * as vscode from 'vscode';
import type { StationStore } from '../connection/stationStore.ts';
import { setContext } from '../vscode/context.ts';
import { showInformation } from '../vscode/messages.ts';
import { UserError } from '../vscode/userError.ts';
import type { RunSession } from './runSession.ts';

/** The runs of this window: which stations are at work, and which run a stop means. */
export class RunSessions {
  readonly #store: StationStore;
  readonly #runs = new Set<RunSession>();

  constructor(store: StationStore) {
    this.#store = store;
    this.#tell();
  }

  /** @throws UserError when the same script runs or waits there: a double click must not drive the hardware twice */
  add(run: RunSession): void {
    const same = [...this.#runs].find((each) => each.isSameAs(run));
    if (same !== undefined) {
      throw new UserError(
        same.state === 'waits'
          ? vscode.l10n.t('{0} waits already for its turn on {1}. Nothing more was started.', same.name, same.where)
          : vscode.l10n.t('{0} is still running. Stop it first, or wait for its end.', same.name),
        [{ label: vscode.l10n.t('Stop'), run: () => this.#stopLater(same) }],
      );
    }
    this.#runs.add(run);
    run.onDidChange(() => this.#tell());
  }

  /** The button of a notification may be pressed long after the run has ended. */
  async #stopLater(run: RunSession): Promise<void> {
    if (this.#runs.has(run)) await run.stop();
    else void showInformation(vscode.l10n.t('{0} has already ended.', run.title));
  }

  remove(run: RunSession): void {
    this.#runs.delete(run);
    run.dispose();
    this.#tell();
  }

  #tell(): void {
    const running = [...this.#runs].filter(({ state }) => state === 'runs');
    this.#store.setRunning(new Set(running.flatMap(({ station }) => station?.id ?? [])));
    setContext('running', this.#stoppable.length > 0);
  }

  /** Stops the only one, or those that the user picks. */
  async stop(): Promise<void> {
    const runs = this.#stoppable;
    const chosen = runs.length > 1 ? await pick(runs) : runs;
    await Promise.all(chosen.map((run) => run.stop()));
  }

  get #stoppable(): readonly RunSession[] {
    return [...this.#runs].filter(({ state }) => state === 'waits' || state === 'runs');
  }
}

async function pick(runs: readonly RunSession[]): Promise<readonly RunSession[]> {
  const items = runs.map((run) => ({
    label: run.name,
    description:
      run.state === 'waits'
        ? vscode.l10n.t('{0}, waits for its turn', run.where)
        : vscode.l10n.t('{0}, runs', run.where),
    runs: [run],
  }));
  const all = { label: vscode.l10n.t('Stop All'), description: '', runs };
  const chosen = await vscode.window.showQuickPick([...items, all], { title: vscode.l10n.t('Stop which run?') });
  return chosen?.runs ?? [];
}
