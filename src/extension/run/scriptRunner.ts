import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { runnerEnvironment } from '../../shared/contract/runner.ts';
import { verdictOf, worstOf } from '../../shared/live/runProgress.ts';
import type { Connection, StationAccess } from '../connection/connection.ts';
import type { LiveScripts } from '../connection/liveScripts.ts';
import type { Log } from '../vscode/log.ts';
import { openSetting } from '../vscode/settings.ts';
import { UserError } from '../vscode/userError.ts';
import type { TestItems } from './explorer/testItems.ts';
import { TestResults } from './explorer/testResults.ts';
import { DebuggedProcess } from './process/debuggedProcess.ts';
import type { LaunchSettings } from './process/launchSettings.ts';
import { followScript } from './process/liveScript.ts';
import { RunHeartbeat } from './process/runHeartbeat.ts';
import { dryEnvironment, stationEnvironment } from './process/runPlan.ts';
import { type ScriptEnd, ScriptProcess, StartError, type StartOptions } from './process/scriptProcess.ts';
import { startupModules } from './process/startupModules.ts';
import { trustEnvironment } from './process/trustedCertificates.ts';
import type { Interpreter } from './python/interpreter.ts';
import type { PartNumberQuestion } from './questions/partNumberQuestion.ts';
import type { ProcedureQuestion } from './questions/procedureQuestion.ts';
import type { SerialNumberQuestion } from './questions/serialNumberQuestion.ts';
import type { RunSession } from './runSession.ts';
import type { UploadQueue } from './uploads/uploadQueue.ts';

/** Milliseconds between looks at the server while a script runs: a killed one must be back before the script pushes. */
const serverWatch = 2_000;

/** What executing works with. */
export interface RunnerServices {
  /** The installed extension. */
  readonly extension: vscode.Uri;
  /** Path of the main file of the Python runner. */
  readonly runner: string;
  /** Path of a folder for what is to be kept. */
  readonly storage: string;
  readonly items: TestItems;
  readonly outbox: UploadQueue;
  readonly serialNumbers: SerialNumberQuestion;
  readonly liveScripts: LiveScripts;
}

/** The station that a script runs as, and what its user decides for the run. */
export interface RunningStation {
  readonly access: StationAccess;
  readonly procedure: ProcedureQuestion;
  readonly partNumber: PartNumberQuestion;
}

/** What is known of a run before it starts. */
export interface PreparedRun {
  readonly interpreter: Interpreter;
  readonly launch: LaunchSettings;
  /** Undefined: a dry run. */
  readonly station: RunningStation | undefined;
}

/** Has scripts executed by Python, and painted into the Test Results. */
export class ScriptRunner {
  readonly #connection: Connection;
  readonly #log: Log;
  readonly #needs: RunnerServices;

  constructor(connection: Connection, log: Log, needs: RunnerServices) {
    this.#connection = connection;
    this.#log = log;
    this.#needs = needs;
  }

  /** Resolves when the script has ended. @throws UserError when Python does not start */
  async run(
    run: RunSession,
    prepared: PreparedRun,
    item: vscode.TestItem,
    testRun: vscode.TestRun,
  ): Promise<ScriptEnd> {
    const { interpreter, launch, station } = prepared;
    const painter = new TestResults(this.#needs.items, item, testRun);
    painter.output(`${run.title} · ${interpreter.command.join(' ')} (${interpreter.source})\n`);
    const debugged: StartOptions = (plan, listener) => DebuggedProcess.start(plan, listener, testRun);
    const questions = {
      procedure: station?.procedure,
      partNumber: station?.partNumber,
      serialNumber: onceThen(run.serialNumber, (own) => this.#needs.serialNumbers.answer(run.script, run.title, own)),
    };
    const live = station && followScript(this.#connection, this.#needs.liveScripts, run, station.access.station);
    const places = { extension: this.#needs.extension, folders: [launch.cwd, dirname(run.script.fsPath)] };
    const scriptRun = new ScriptProcess(run.title, places, painter, questions, this.#log, {
      start: run.mode === 'debug' ? debugged : undefined,
      ...(live && { follow: live.follow, others: live.others }),
    });
    live?.begin(scriptRun);
    const heartbeat = station && new RunHeartbeat(this.#connection, station.access, this.#log);
    const watch = setInterval(() => {
      if (station === undefined) return;
      this.#connection.ensureServer().catch((error: unknown) => this.#log.warn(String(error)));
    }, serverWatch);
    run.begin(scriptRun);
    let end: ScriptEnd | undefined;
    try {
      end = await scriptRun.run({
        mode: run.mode,
        python: interpreter.command,
        runner: this.#needs.runner,
        script: run.script.fsPath,
        args: launch.args,
        cwd: launch.cwd,
        env: {
          ...launch.env,
          ...(run.serialNumber === undefined ? {} : { [runnerEnvironment.serialNumber]: 'ask' }),
          [runnerEnvironment.bytecode]: join(this.#needs.storage, 'bytecode'),
          [runnerEnvironment.startup]: await startupModules(this.#needs.runner, this.#needs.storage),
          ...(station === undefined ? dryEnvironment() : await this.#environment(station.access)),
        },
      });
      return end;
    } catch (error) {
      throw error instanceof StartError ? cannotStart(interpreter, error) : error;
    } finally {
      clearInterval(watch);
      heartbeat?.dispose();
      if (run.mode === 'dry') painter.output(`${vscode.l10n.t('Dry run: nothing was pushed.')}\n`);
      paintEnd(painter, end);
      run.end();
    }
  }

  async #environment(access: StationAccess): Promise<Record<string, string>> {
    const kept = await this.#needs.outbox.environmentFor(access);
    return {
      ...stationEnvironment(access.url, access.key),
      ...(await trustEnvironment(this.#needs.storage, access.trust)),
      [runnerEnvironment.outbox]: kept.folder,
      [runnerEnvironment.place]: kept.place,
    };
  }
}

/** The number that was given beforehand goes to the first unit; for further ones it is asked. */
function onceThen(
  given: string | undefined,
  ask: (own: string | null) => Promise<string | null>,
): (own: string | null) => Promise<string | null> {
  let first = given;
  return async (own) => {
    const number = first ?? (await ask(own));
    first = undefined;
    return number;
  };
}

/** @param end undefined: it did not even start */
function paintEnd(painter: TestResults, end: ScriptEnd | undefined): void {
  const verdicts = (end?.live.executions ?? []).map(verdictOf);
  const unfinished = end === undefined || !end.live.ended || verdicts.includes(null);
  painter.end(
    worstOf(verdicts.filter((verdict) => verdict !== null)),
    unfinished && end?.stopped !== true ? vscode.l10n.t('The script did not come to its end.') : null,
  );
}

function cannotStart(interpreter: Interpreter, error: StartError): UserError {
  return new UserError(
    vscode.l10n.t('Python could not be started with {0}: {1}', interpreter.command.join(' '), error.message),
    [{ label: vscode.l10n.t('Open Setting'), run: () => openSetting('python') }],
    { cause: error },
  );
}
