import * as vscode from 'vscode';
import { type RunProgress, withPush } from '../../shared/live/runProgress.ts';
import type { Connection } from '../connection/connection.ts';
import type { StationStore } from '../connection/stationStore.ts';
import type { Log } from '../vscode/log.ts';
import { UserError } from '../vscode/userError.ts';
import { showDryOutcome } from './dryRun.ts';
import type { Problems } from './explorer/problems.ts';
import { OutcomeMessage } from './outcomeMessage.ts';
import type { ScriptEnd } from './process/scriptProcess.ts';
import type { Interpreter } from './python/interpreter.ts';
import { installPackages, isInstallable } from './python/pythonPackages.ts';
import type { RunSession } from './runSession.ts';
import type { PreparedRun } from './scriptRunner.ts';
import type { UploadQueue } from './uploads/uploadQueue.ts';

/** Tells how a script ended, and what became of its results. */
export class RunOutcome {
  readonly #store: StationStore;
  readonly #problems: Problems;
  readonly #outbox: UploadQueue;
  readonly #log: Log;
  readonly #message: OutcomeMessage;
  readonly #report: (error: unknown) => void;

  /** @param report shows what goes wrong behind a message */
  constructor(
    connection: Connection,
    store: StationStore,
    problems: Problems,
    outbox: UploadQueue,
    log: Log,
    report: (error: unknown) => void,
  ) {
    this.#store = store;
    this.#problems = problems;
    this.#outbox = outbox;
    this.#log = log;
    this.#message = new OutcomeMessage(connection, report);
    this.#report = report;
  }

  /**
   * @param again runs the script once more
   * @throws UserError when a package is missing, with the way to install it; what kept a question from being asked
   */
  async tell(
    run: RunSession,
    { interpreter, station }: PreparedRun,
    end: ScriptEnd,
    again: () => Promise<void>,
  ): Promise<void> {
    const { failure, executions } = end.live;
    if (failure !== null && !end.stopped) this.#problems.show(run.script, failure);
    const missing = failure !== null && executions.length === 0 && isInstallable(failure.missing_module);
    if (missing) throw this.#missingPackage(run.script, interpreter, failure.missing_module ?? '', again);
    if (station === undefined) {
      showDryOutcome(run.name, end).catch(this.#report);
      return;
    }
    const { access } = station;
    await this.#message.show(run.name, access.station, { ...end, live: await this.#settled(end.live) });
    this.#store.refreshStation(access.station.id).catch(this.#report); // whoever was told may run it again at once
    if (end.questionError !== undefined) throw end.questionError; // after what is to say of the units before
  }

  /** With what became of the results that the script has left to be pushed. */
  async #settled(live: RunProgress): Promise<RunProgress> {
    let settled = live;
    for (const { id, push } of live.executions) {
      if (push !== null && 'runId' in push) continue;
      const pushed = await this.#outbox.settle(id);
      if (pushed !== undefined) settled = withPush(settled, id, pushed);
    }
    return settled;
  }

  #missingPackage(script: vscode.Uri, interpreter: Interpreter, name: string, again: () => Promise<void>): UserError {
    return new UserError(
      vscode.l10n.t('{0} has no package {1}. Nothing was saved.', interpreter.command.join(' '), name),
      [
        {
          label: vscode.l10n.t('Install into .venv and Use It'),
          run: async () => {
            await installPackages(script, interpreter, this.#log);
            await again();
          },
        },
      ],
    );
  }
}
