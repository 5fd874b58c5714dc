import * as vscode from 'vscode';
import type { StationStore } from '../connection/stationStore.ts';
import { setContext } from '../vscode/context.ts';
import { showInformation } from '../vscode/messages.ts';
import { UserError } from '../vscode/userError.ts';
import type { RunSession } from './runSession.ts';
import { type QueuePlace, StationQueue } from './stationQueue.ts';

/** The run sessions of this window. Each station runs one at a time, or those of one script in its slots. */
export class RunQueue {
  readonly #store: StationStore;
  readonly #runs = new Set<RunSession>();
  readonly #stations = new StationQueue<RunSession>((one, other) => one.mayShareStation(other));

  constructor(store: StationStore) {
    this.#store = store;
    this.#updateState();
  }

  /**
   * @throws UserError when the same script is running or queued there: a double click must not drive the hardware twice
   */
  add(run: RunSession): void {
    const same = [...this.#runs].find((each) => each.conflictsWith(run));
    if (same !== undefined) {
      throw new UserError(
        same.state === 'queued'
          ? vscode.l10n.t('{0} is already queued on {1}. It was not started again.', same.name, same.where)
          : vscode.l10n.t('{0} is still running. Stop it first, or wait until it ends.', same.name),
        [{ label: vscode.l10n.t('Stop'), run: () => this.#stopIfActive(same) }],
      );
    }
    this.#runs.add(run);
    run.onDidChange(() => this.#updateState());
  }

  remove(run: RunSession): void {
    this.#runs.delete(run);
    run.dispose();
    this.#updateState();
  }

  /** Returns the run's place at its station; undefined for a dry run, which needs no station. */
  join(run: RunSession): QueuePlace<RunSession> | undefined {
    return run.station === undefined ? undefined : this.#stations.join(run.station.id, run);
  }

  isInUse(station: string | undefined, except?: RunSession): boolean {
    return [...this.#runs].some((run) => run !== except && isAt(station, run));
  }

  freeSlots(script: vscode.Uri, station: string | undefined, count: number): number[] {
    const used = [...this.#runs].filter((run) => run.script.toString() === script.toString() && isAt(station, run));
    const all = Array.from({ length: count }, (_, index) => index + 1);
    return all.filter((slot) => used.every((run) => run.slot.number !== slot));
  }

  slotTesting(unit: string, except: RunSession): number | undefined {
    const station = except.station?.id;
    return [...this.#runs].find(
      (run) => run !== except && run.slot.count > 1 && run.unit === unit.trim() && isAt(station, run),
    )?.slot.number;
  }

  async stop(): Promise<void> {
    const runs = this.#stoppable;
    const chosen = runs.length > 1 ? await pickRuns(runs) : runs;
    await Promise.all(chosen.map((run) => run.stop()));
  }

  /** The button of a notification may be pressed long after the run has ended. */
  async #stopIfActive(run: RunSession): Promise<void> {
    if (this.#runs.has(run)) await run.stop();
    else void showInformation(vscode.l10n.t('{0} has already ended.', run.title));
  }

  #updateState(): void {
    const running = [...this.#runs].filter(({ state }) => state === 'running');
    this.#store.setRunning(new Set(running.flatMap(({ station }) => station?.id ?? [])));
    setContext('running', this.#stoppable.length > 0);
  }

  get #stoppable(): readonly RunSession[] {
    return [...this.#runs].filter(({ state }) => state === 'queued' || state === 'running');
  }
}

/** Returns whether a run may use the station. A dry run, whose station is undefined, uses what is connected. */
const isAt = (station: string | undefined, run: RunSession): boolean =>
  station === undefined || run.station === undefined || run.station.id === station;

/**
 * Waits for the station, and shows it in the Test Results and in a notification; both can cancel the run.
 * @returns false when the run was stopped before its turn
 */
export async function waitForTurn(
  run: RunSession,
  place: QueuePlace<RunSession>,
  item: vscode.TestItem,
  testRun: vscode.TestRun,
): Promise<boolean> {
  const ahead = place.ahead.map(({ name }) => name).join(', ');
  const message = vscode.l10n.t('{0} waits for its turn on {1}, after {2}.', run.name, run.where, ahead);
  testRun.enqueued(item);
  testRun.appendOutput(`${message}\r\n`);
  const stopped = run.stopToken.onCancellationRequested(() => place.leave());
  run.markQueued();
  try {
    return await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: message, cancellable: true },
      (_progress, cancelled) => {
        cancelled.onCancellationRequested(() => void run.stop());
        return place.turn;
      },
    );
  } finally {
    stopped.dispose();
  }
}

async function pickRuns(runs: readonly RunSession[]): Promise<readonly RunSession[]> {
  const items = runs.map((run) => ({
    label: run.name,
    description: [
      ...(run.unit === undefined ? [] : [run.unit]),
      run.state === 'queued'
        ? vscode.l10n.t('{0}, waits for its turn', run.where)
        : vscode.l10n.t('{0}, runs', run.where),
    ].join(' · '),
    runs: [run],
  }));
  const all = { label: vscode.l10n.t('Stop All'), description: '', runs };
  const chosen = await vscode.window.showQuickPick([...items, all], { title: vscode.l10n.t('Stop which run?') });
  return chosen?.runs ?? [];
}
