import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import type { Connection, StationAccess } from '../connection/connection.ts';
import type { LiveRuns, StartScript } from '../connection/liveRuns.ts';
import type { StationStore } from '../connection/stationStore.ts';
import { type LiveRun, verdictOf, withPush, worstOf } from '../domain/liveRun.ts';
import { setContext } from '../platform/context.ts';
import { runnerEnvironment, type RunMode } from '../contract/runner.ts';
import type { Log } from '../platform/log.ts';
import { openSetting } from '../platform/settings.ts';
import { UserError } from '../platform/userError.ts';
import { type Interpreter, interpreterFor } from './interpreter.ts';
import { DebuggedProcess, requireDebugger } from './debugRun.ts';
import { showDryOutcome } from './dryRun.ts';
import type { Outbox } from './outbox/outbox.ts';
import { launchSettings } from './launchSettings.ts';
import { followed } from './liveScript.ts';
import { OutcomeMessage } from './outcomeMessage.ts';
import type { Problems } from './problems.ts';
import { ProcedureQuestion } from './procedureQuestion.ts';
import { installPackages, isInstallable } from './pythonPackages.ts';
import { dryEnvironment, stationEnvironment } from './runPlan.ts';
import { type RunEnd, ScriptRun, type Start, StartError } from './scriptRun.ts';
import type { TestItems } from './testItems.ts';
import { ResultPainter } from './testResults.ts';
import type { SerialNumberQuestion } from './serialNumberQuestion.ts';
import { trustEnvironment } from './trustedCertificates.ts';

/** Milliseconds between looks at the server while a script runs: a killed one must be back before the script pushes. */
const serverWatch = 2_000;

/** What the Operator UI starts. */
export type Operated = Parameters<StartScript>[1];

/** What stands for a run that was not started in the Test Explorer. */
export type RequestFor = (script: vscode.TestItem, mode: RunMode) => vscode.TestRunRequest;

/** What running works with. */
interface RunRooms {
  /** Path of the main file of the Python runner. */
  readonly runner: string;
  /** Path of a folder for what is to be kept. */
  readonly storage: string;
  readonly items: TestItems;
  readonly outbox: Outbox;
  readonly serialNumbers: SerialNumberQuestion;
  readonly liveRuns: LiveRuns;
  readonly requestFor: RequestFor;
  /** Shows what goes wrong behind a message. */
  readonly report: (error: unknown) => void;
}

/** Runs phase scripts as the selected station, one at a time. */
export class RunService {
  readonly #connection: Connection;
  readonly #store: StationStore;
  readonly #problems: Problems;
  readonly #log: Log;
  readonly #runner: string;
  readonly #storage: string;
  readonly #items: TestItems;
  readonly #requestFor: RequestFor;
  readonly #report: (error: unknown) => void;
  readonly #message: OutcomeMessage;
  readonly #outbox: Outbox;
  readonly #serialNumbers: SerialNumberQuestion;
  readonly #liveRuns: LiveRuns;
  readonly #ended = new vscode.EventEmitter<void>();
  /** From the command to the last message: a second click must not drive the hardware twice. */
  #busy = false;
  #active: ScriptRun | undefined;

  constructor(
    connection: Connection,
    store: StationStore,
    problems: Problems,
    log: Log,
    { runner, storage, items, outbox, serialNumbers, liveRuns, requestFor, report }: RunRooms,
  ) {
    this.#connection = connection;
    this.#store = store;
    this.#problems = problems;
    this.#log = log;
    this.#runner = runner;
    this.#storage = storage;
    this.#items = items;
    this.#requestFor = requestFor;
    this.#outbox = outbox;
    this.#serialNumbers = serialNumbers;
    this.#liveRuns = liveRuns;
    this.#report = report;
    this.#message = new OutcomeMessage(connection, report);
    setContext('running', false);
  }

  /**
   * Runs the script and tells how it went. A dry run needs no station.
   * @param request of the Test Explorer, when the run was started there
   * @param operated by the Operator UI: as this station, whichever is selected, and with this unit first
   * @throws UserError what keeps it from starting, with the way to mend it
   * @throws vscode.CancellationError when the user cancels a question before the start
   */
  async run(
    script: vscode.Uri,
    mode: RunMode = 'push',
    request?: vscode.TestRunRequest,
    operated?: Operated,
  ): Promise<void> {
    if (this.#busy) {
      throw new UserError(vscode.l10n.t('A script is still running. Stop it first, or wait for its end.'), [
        { label: vscode.l10n.t('Stop'), run: () => this.stop() },
      ]);
    }
    this.#busy = true;
    try {
      if (mode === 'debug') requireDebugger();
      const source = await savedSource(script);
      if (mode === 'dry') {
        await this.#runDry(script, request);
        return;
      }
      const station = await this.#access(operated?.station);
      const question = new ProcedureQuestion(this.#connection, this.#store, station.station);
      await askBeforeStart(question, source);
      const interpreter = await interpreterFor(script, this.#log);
      const end = await this.#execute(script, mode, { ...station, question }, interpreter, request, operated);
      await this.#conclude(script, mode, station, interpreter, end);
    } finally {
      this.#busy = false;
      this.#ended.fire();
    }
  }

  /** Without station, key and procedure: nothing leaves this machine. */
  async #runDry(script: vscode.Uri, request: vscode.TestRunRequest | undefined): Promise<void> {
    const interpreter = await interpreterFor(script, this.#log);
    const end = await this.#execute(script, 'dry', undefined, interpreter, request);
    this.#showProblems(script, 'dry', interpreter, end);
    showDryOutcome(basename(script.fsPath), end).catch(this.#report);
  }

  async stop(): Promise<void> {
    await this.#active?.stop();
  }

  /** The station, by default the selected one, with a key that works. */
  async #access(station?: Operated['station']): Promise<StationAccess> {
    const isChosen = (): boolean => (station ?? this.#store.selected) !== undefined;
    if (!isChosen()) await this.#store.refresh();
    if (!isChosen()) await vscode.commands.executeCommand('testStations.selectStation');
    const selected = station ?? this.#store.selected;
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
    mode: RunMode,
    access: (StationAccess & { question: ProcedureQuestion }) | undefined,
    interpreter: Interpreter,
    request: vscode.TestRunRequest | undefined,
    operated?: Operated,
  ): Promise<RunEnd> {
    const launch = await launchSettings(script);
    const name = basename(script.fsPath);
    const where = access?.station.name ?? vscode.l10n.t('dry run');
    const item = this.#items.script(script);
    const run = this.#items.controller.createTestRun(request ?? this.#requestFor(item, mode), `${name} · ${where}`);
    const painter = new ResultPainter(this.#items, item, run);
    painter.output(`${name} · ${where} · ${interpreter.command.join(' ')} (${interpreter.source})\n`);
    const debugged: Start = (plan, listener) => DebuggedProcess.start(plan, listener, run);
    const questions = {
      procedure: access?.question,
      serialNumber: serialNumberOnce(operated?.serialNumber, (own) => this.#serialNumbers.answer(script, own)),
    };
    const live = access && followed(this.#liveRuns, script, access.station, this.#ended.event);
    const active = new ScriptRun(painter, questions, this.#log, {
      start: mode === 'debug' ? debugged : undefined,
      ...(live && { follow: live.follow, others: live.others }),
    });
    live?.begin(active);
    this.#begin(active, access?.station.id);
    this.#problems.clear(script);
    const cancelled = run.token.onCancellationRequested(() => void this.stop());
    const watch = setInterval(() => {
      if (access === undefined) return;
      this.#connection.ensureServer().catch((error: unknown) => this.#log.warn(String(error)));
    }, serverWatch);
    let end: RunEnd | undefined;
    try {
      end = await active.run({
        mode,
        python: interpreter.command,
        runner: this.#runner,
        script: script.fsPath,
        args: launch.args,
        cwd: launch.cwd,
        env: {
          ...launch.env,
          ...(operated === undefined ? {} : { [runnerEnvironment.serialNumber]: 'ask' }),
          [runnerEnvironment.bytecode]: join(this.#storage, 'bytecode'),
          ...(access === undefined ? dryEnvironment() : await this.#environment(access)),
        },
      });
      return end;
    } catch (error) {
      throw error instanceof StartError ? cannotStart(interpreter, error) : error;
    } finally {
      clearInterval(watch);
      cancelled.dispose();
      const verdicts = (end?.live.executions ?? []).map(verdictOf);
      if (mode === 'dry') painter.output(`${vscode.l10n.t('Dry run: nothing was pushed.')}\n`);
      const unfinished = end === undefined || !end.live.ended || verdicts.includes(null);
      painter.end(
        worstOf(verdicts.filter((verdict) => verdict !== null)),
        unfinished && end?.stopped !== true ? vscode.l10n.t('The script did not come to its end.') : null,
      );
      this.#begin(undefined, undefined);
    }
  }

  async #environment(access: StationAccess): Promise<Record<string, string>> {
    const kept = await this.#outbox.environmentFor(access);
    return {
      ...stationEnvironment(access.url, access.key),
      ...(await trustEnvironment(this.#storage, access.trust)),
      [runnerEnvironment.outbox]: kept.folder,
      [runnerEnvironment.place]: kept.place,
    };
  }

  #begin(active: ScriptRun | undefined, station: string | undefined): void {
    this.#active = active;
    this.#store.running = station;
    setContext('running', active !== undefined);
  }

  async #conclude(
    script: vscode.Uri,
    mode: RunMode,
    { station }: StationAccess,
    interpreter: Interpreter,
    end: RunEnd,
  ): Promise<void> {
    this.#showProblems(script, mode, interpreter, end);
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

  /** @throws UserError when a package is missing, with the way to install it */
  #showProblems(script: vscode.Uri, mode: RunMode, interpreter: Interpreter, { live, stopped }: RunEnd): void {
    const { failure, executions } = live;
    if (failure !== null && !stopped) this.#problems.show(script, failure);
    const install = failure !== null && isInstallable(failure.missing_module) && executions.length === 0;
    if (install) throw this.#missingPackage(script, mode, interpreter, failure.missing_module ?? '');
  }

  #missingPackage(script: vscode.Uri, mode: RunMode, interpreter: Interpreter, name: string): UserError {
    return new UserError(
      vscode.l10n.t('{0} has no package {1}. Nothing was saved.', interpreter.command.join(' '), name),
      [
        {
          label: vscode.l10n.t('Install into .venv and Use It'),
          run: async () => {
            await installPackages(script, interpreter, this.#log);
            await this.run(script, mode);
          },
        },
      ],
    );
  }
}

/** The number that was given beforehand goes to the first unit; for further ones it is asked. */
function serialNumberOnce(
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
