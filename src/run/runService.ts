import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import type { Connection, StationAccess } from '../connection/connection.ts';
import type { StationStore } from '../connection/stationStore.ts';
import { type LiveRun, verdictOf, withPush, worstOf } from '../domain/liveRun.ts';
import { runnerEnvironment } from '../contract/runner.ts';
import { setContext } from '../platform/context.ts';
import type { Log } from '../platform/log.ts';
import { openSetting } from '../platform/settings.ts';
import { UserError } from '../platform/userError.ts';
import { type Interpreter, interpreterFor } from './interpreter.ts';
import type { Outbox } from './outbox/outbox.ts';
import { OutcomeMessage } from './outcomeMessage.ts';
import type { Problems } from './problems.ts';
import { ProcedureQuestion } from './procedureQuestion.ts';
import { installPackages, isInstallable } from './pythonPackages.ts';
import { stationEnvironment } from './runPlan.ts';
import { type RunEnd, ScriptRun, StartError } from './scriptRun.ts';
import { ResultPainter } from './testResults.ts';
import { trustEnvironment } from './trustedCertificates.ts';

/** Milliseconds between looks at the server while a script runs: a killed one must be back before the script pushes. */
const serverWatch = 2_000;

/** Paths. */
interface RunPlaces {
  /** The main file of the Python runner. */
  readonly runner: string;
  /** A folder for what is to be kept. */
  readonly storage: string;
}

/** Runs phase scripts as the selected station, one at a time. */
export class RunService {
  readonly #connection: Connection;
  readonly #store: StationStore;
  readonly #problems: Problems;
  readonly #log: Log;
  readonly #runner: string;
  readonly #storage: string;
  readonly #controller: vscode.TestController;
  readonly #message: OutcomeMessage;
  readonly #outbox: Outbox;
  /** From the command to the last message: a second click must not drive the hardware twice. */
  #busy = false;
  #active: ScriptRun | undefined;

  constructor(
    connection: Connection,
    store: StationStore,
    problems: Problems,
    log: Log,
    { runner, storage }: RunPlaces,
    controller: vscode.TestController,
    outbox: Outbox,
    report: (error: unknown) => void,
  ) {
    this.#connection = connection;
    this.#store = store;
    this.#problems = problems;
    this.#log = log;
    this.#runner = runner;
    this.#storage = storage;
    this.#controller = controller;
    this.#outbox = outbox;
    this.#message = new OutcomeMessage(connection, report);
    setContext('running', false);
  }

  /**
   * Runs the script and tells how it went.
   * @param request of the Test Explorer, when the run was started there
   * @throws UserError what keeps it from starting, with the way to mend it
   * @throws vscode.CancellationError when the user cancels a question before the start
   */
  async run(script: vscode.Uri, request?: vscode.TestRunRequest): Promise<void> {
    if (this.#busy) {
      throw new UserError(vscode.l10n.t('A script is still running. Stop it first, or wait for its end.'), [
        { label: vscode.l10n.t('Stop'), run: () => this.stop() },
      ]);
    }
    this.#busy = true;
    try {
      const source = await savedSource(script);
      const station = await this.#access();
      const question = new ProcedureQuestion(this.#connection, this.#store, station.station);
      await askBeforeStart(question, source);
      const interpreter = await interpreterFor(script, this.#log);
      const end = await this.#execute(script, station, question, interpreter, request);
      await this.#conclude(script, station, interpreter, end);
    } finally {
      this.#busy = false;
    }
  }

  async stop(): Promise<void> {
    await this.#active?.stop();
  }

  /** The selected station with a key that works. */
  async #access(): Promise<StationAccess> {
    if (this.#store.selected === undefined) await this.#store.refresh();
    if (this.#store.selected === undefined) await vscode.commands.executeCommand('testStations.selectStation');
    const { selected } = this.#store;
    if (selected === undefined) throw new vscode.CancellationError();
    const access = await this.#connection.stationAccess(selected.id);
    if (access !== undefined) return access;
    throw new UserError(
      vscode.l10n.t(
        'This machine has no key for {0} that works. Generate a new one to run scripts as this station.',
        selected.name,
      ),
      [
        {
          label: vscode.l10n.t('Generate New Key'),
          run: () => vscode.commands.executeCommand('testStations.rotateKey', { id: selected.id }),
        },
      ],
    );
  }

  async #execute(
    script: vscode.Uri,
    access: StationAccess,
    question: ProcedureQuestion,
    interpreter: Interpreter,
    request: vscode.TestRunRequest | undefined,
  ): Promise<RunEnd> {
    const { url, key, station, caFile } = access;
    const name = basename(script.fsPath);
    const item = this.#scriptItem(script);
    // The last argument: show the results, as a run of the Test Explorer does.
    const asked = request ?? new vscode.TestRunRequest([item], undefined, undefined, false, false);
    const run = this.#controller.createTestRun(asked, `${name} · ${station.name}`);
    const painter = new ResultPainter(this.#controller, item, run);
    painter.output(`${name} on ${station.name} with ${interpreter.command.join(' ')} (${interpreter.source})\n`);
    const kept = await this.#outbox.environmentFor(access);
    const active = new ScriptRun(painter, question, this.#log);
    this.#begin(active, station.id);
    this.#problems.clear(script);
    const cancelled = run.token.onCancellationRequested(() => void this.stop());
    const watch = setInterval(() => {
      this.#connection.ensureServer().catch((error: unknown) => this.#log.warn(String(error)));
    }, serverWatch);
    let end: RunEnd | undefined;
    try {
      end = await active.run({
        python: interpreter.command,
        runner: this.#runner,
        script: script.fsPath,
        args: [],
        cwd: dirname(script.fsPath),
        env: {
          ...stationEnvironment(url, key),
          ...(await trustEnvironment(this.#storage, caFile)),
          [runnerEnvironment.outbox]: kept.folder,
          [runnerEnvironment.place]: kept.place,
        },
      });
      return end;
    } catch (error) {
      throw error instanceof StartError ? cannotStart(interpreter, error) : error;
    } finally {
      clearInterval(watch);
      cancelled.dispose();
      const verdicts = (end?.live.executions ?? []).map(verdictOf);
      const unfinished = end === undefined || !end.live.ended || verdicts.includes(null);
      painter.end(
        worstOf(verdicts.filter((verdict) => verdict !== null)),
        unfinished && end?.stopped !== true ? vscode.l10n.t('The script did not come to its end.') : null,
      );
      this.#begin(undefined, undefined);
    }
  }

  #begin(active: ScriptRun | undefined, station: string | undefined): void {
    this.#active = active;
    this.#store.running = station;
    setContext('running', active !== undefined);
  }

  async #conclude(
    script: vscode.Uri,
    { station }: StationAccess,
    interpreter: Interpreter,
    end: RunEnd,
  ): Promise<void> {
    const { failure } = end.live;
    if (failure !== null && !end.stopped) this.#problems.show(script, failure);
    const install = failure !== null && isInstallable(failure.missing_module) && end.live.executions.length === 0;
    if (install) throw this.#missingPackage(script, interpreter, failure.missing_module ?? '');
    await this.#message.show(basename(script.fsPath), station, { ...end, live: await this.#settled(end.live) });
    await this.#store.refreshStation(station.id);
    if (end.questionError !== undefined) throw end.questionError; // after what is to say of the units before
  }

  /** With what became of the results that the script has left to be pushed. */
  async #settled(live: LiveRun): Promise<LiveRun> {
    let settled = live;
    for (const { id, push } of live.executions) {
      if (push !== null && 'runId' in push) continue;
      const pushed = await this.#outbox.settle(id);
      if (pushed !== undefined) settled = withPush(settled, id, pushed);
    }
    return settled;
  }

  #missingPackage(script: vscode.Uri, interpreter: Interpreter, name: string): UserError {
    return new UserError(
      vscode.l10n.t('{0} has no package {1}. Nothing was saved.', interpreter.command.join(' '), name),
      [
        {
          label: vscode.l10n.t('Install into .venv and Use It'),
          run: async () => {
            await installPackages(script, interpreter, this.#log);
            await this.run(script);
          },
        },
      ],
    );
  }

  #scriptItem(script: vscode.Uri): vscode.TestItem {
    const id = script.toString();
    const known = this.#controller.items.get(id);
    if (known !== undefined) return known;
    const item = this.#controller.createTestItem(id, basename(script.fsPath), script);
    item.range = new vscode.Range(0, 0, 0, 0);
    this.#controller.items.add(item);
    return item;
  }
}

function cannotStart(interpreter: Interpreter, error: StartError): UserError {
  return new UserError(
    vscode.l10n.t('Python could not be started with {0}: {1}', interpreter.command.join(' '), error.message),
    [{ label: vscode.l10n.t('Open Setting'), run: () => openSetting('python') }],
    { cause: error },
  );
}

/** The text that will run. Unsaved changes of Python files are saved first: the script may import them. */
async function savedSource(script: vscode.Uri): Promise<string> {
  for (const document of vscode.workspace.textDocuments) {
    if (!document.isDirty || document.isUntitled || document.languageId !== 'python') continue;
    if (await document.save()) continue;
    throw new UserError(vscode.l10n.t('{0} could not be saved, so nothing was run.', basename(document.fileName)));
  }
  return (await vscode.workspace.openTextDocument(script)).getText();
}

/**
 * Asks for the procedure where the source already tells that a question will come, so that nothing has started when the
 * user cancels. What only running tells is asked by the runner before the first phase.
 */
async function askBeforeStart(question: ProcedureQuestion, source: string): Promise<void> {
  const { scanScript } = await import('../domain/scriptScan.ts');
  for (const argument of scanScript(source)) {
    if (argument.kind === 'computed') continue;
    const answer = await question.answer(argument.kind === 'named' ? argument.id : null);
    if (answer === null) throw new vscode.CancellationError();
  }
}
