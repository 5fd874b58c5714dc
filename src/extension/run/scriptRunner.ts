import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { presence } from '../../shared/contract/presence.ts';
import { verdictOf, worstOf } from '../../shared/live/runProgress.ts';
import type { Connection, StationAccess } from '../connection/connection.ts';
import type { Log } from '../vscode/log.ts';
import { TestResults } from './explorer/testResults.ts';
import type { PreparedRun } from './prepareRun.ts';
import { followScript } from './process/followScript.ts';
import { type ScriptEnd, ScriptProcess } from './process/scriptProcess.ts';
import type { RunDependencies } from './runDependencies.ts';
import type { RunSession } from './runSession.ts';

/** A server that was killed while a script runs must be back before the script pushes. */
const serverCheckMs = 2_000;

const heartbeatSeconds = 10;

export async function runScript(
  { connection, context, items, liveScripts, log }: RunDependencies,
  run: RunSession,
  { test, station, serialNumber }: PreparedRun,
  item: vscode.TestItem,
  testRun: vscode.TestRun,
): Promise<ScriptEnd> {
  const results = new TestResults(items, item, testRun, run.slotName);
  results.output(`${run.title} · ${test.program}\n`);
  const questions = { procedure: station?.procedure, partNumber: station?.partNumber, serialNumber };
  const live = station && followScript(connection, liveScripts, run, station.access.station);
  const folders = { extension: context.extensionUri, folders: [test.cwd, dirname(run.script.fsPath)] };
  const scriptProcess = new ScriptProcess(run.title, folders, results, questions, log, {
    follow: (event) => {
      live?.follow(event);
      run.assistant?.onEvent(event);
    },
    ...(live && { others: live.others }),
  });
  live?.announce(scriptProcess);
  const heartbeat = station && new RunHeartbeat(connection, station.access, log);
  const serverCheck = setInterval(() => {
    if (station === undefined) return;
    connection.ensureServer().catch((error: unknown) => log.warn(String(error)));
  }, serverCheckMs);
  run.markRunning(scriptProcess);
  let end: ScriptEnd | undefined;
  try {
    end = await scriptProcess.run((listener) => test.start(station?.access, listener, testRun));
    return end;
  } finally {
    clearInterval(serverCheck);
    heartbeat?.dispose();
    if (run.mode === 'dry') results.output(`${vscode.l10n.t('Dry run: nothing was pushed.')}\n`);
    showEnd(results, end);
    run.markEnding();
  }
}

function showEnd(results: TestResults, end: ScriptEnd | undefined): void {
  const verdicts = (end?.live.executions ?? []).map(verdictOf);
  const unfinished = end === undefined || !end.live.ended || verdicts.includes(null);
  results.end(
    worstOf(verdicts.filter((verdict) => verdict !== null)),
    unfinished && end?.wasStopped !== true ? vscode.l10n.t('The script did not finish.') : null,
  );
}

/** Reports to a server that records presence that a script runs on the station. Failures are only logged. */
class RunHeartbeat {
  readonly #access: StationAccess;
  readonly #log: Log;
  readonly #scriptRunId = randomUUID();
  #timer: NodeJS.Timeout | undefined;
  #lastBeat: Promise<void> = Promise.resolve();
  #isSending = false;
  #isDisposed = false;

  constructor(connection: Connection, access: StationAccess, log: Log) {
    this.#access = access;
    this.#log = log;
    connection.can('presence').then(
      (isWanted) => isWanted && this.#start(),
      (error: unknown) => log.warn(String(error)),
    );
  }

  dispose(): void {
    this.#isDisposed = true;
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#lastBeat = this.#lastBeat.then(() => this.#send({ farewell: true }));
  }

  #start(): void {
    if (this.#isDisposed) return;
    const beat = (): void => {
      if (this.#isSending) return; // do not queue up at a slow server
      this.#isSending = true;
      this.#lastBeat = this.#send({ running: true }).finally(() => (this.#isSending = false));
    };
    this.#timer = setInterval(beat, heartbeatSeconds * 1_000);
    beat();
  }

  async #send(state: { running?: true; farewell?: true }): Promise<void> {
    const { api, station } = this.#access;
    const body = { interval_s: heartbeatSeconds, script_run: this.#scriptRunId, ...state };
    try {
      await api.call(presence.heartbeat, { params: { id: station.id }, body });
    } catch (error) {
      this.#log.warn(`The server did not take a heartbeat of the running script: ${String(error)}`);
    }
  }
}
