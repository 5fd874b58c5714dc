import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import type { Connection, StationAccess } from '../connection/connection.ts';
import type { StationStore } from '../connection/stationStore.ts';
import { scanScript } from '../domain/scriptScan.ts';
import { verdictOf } from '../domain/liveRun.ts';
import { setContext } from '../platform/context.ts';
import type { Log } from '../platform/log.ts';
import { openSetting } from '../platform/settings.ts';
import { UserError } from '../platform/userError.ts';
import { type Interpreter, interpreterFor } from './interpreter.ts';
import { OutcomeMessage } from './outcomeMessage.ts';
import type { Problems } from './problems.ts';
import { ProcedureQuestion } from './procedureQuestion.ts';
import { installPackages, isInstallable } from './pythonPackages.ts';
import { stationEnvironment } from './runPlan.ts';
import { type RunEnd, ScriptRun } from './scriptRun.ts';
import { ResultPainter } from './testResults.ts';

/** Runs phase scripts as the selected station, one at a time. */
export class RunService {
  readonly #connection: Connection;
  readonly #store: StationStore;
  readonly #problems: Problems;
  readonly #log: Log;
  readonly #runner: string;
  readonly #controller: vscode.TestController;
  #active: ScriptRun | undefined;

  constructor(
    connection: Connection,
    store: StationStore,
    problems: Problems,
    log: Log,
    runner: string,
    controller: vscode.TestController,
  ) {
    this.#connection = connection;
    this.#store = store;
    this.#problems = problems;
    this.#log = log;
    this.#runner = runner;
    this.#controller = controller;
    setContext('running', false);
  }

  /**
   * Runs the script and tells how it went.
   * @throws UserError what keeps it from starting, with the way to mend it
   * @throws vscode.CancellationError when the user cancels a question before the start
   */
  async run(script: vscode.Uri): Promise<void> {
    if (this.#active !== undefined) {
      throw new UserError(vscode.l10n.t('A script is still running. Stop it first, or wait for its end.'), [
        { label: vscode.l10n.t('Stop'), run: () => this.stop() },
      ]);
    }
    const source = await savedSource(script);
    const station = await this.#access();
    const question = new ProcedureQuestion(this.#connection, this.#store, station.station);
    await askBeforeStart(question, source);
    const interpreter = await interpreterFor(script);
    const end = await this.#execute(script, station, question, interpreter);
    await this.#conclude(script, station, interpreter, end);
  }

  stop(): void {
    void this.#active?.stop();
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
    { url, key, station }: StationAccess,
    question: ProcedureQuestion,
    interpreter: Interpreter,
  ): Promise<RunEnd> {
    const item = this.#scriptItem(script);
    const request = new vscode.TestRunRequest([item], undefined, undefined, false, false); // false: show the results
    const run = this.#controller.createTestRun(request, `${basename(script.fsPath)} · ${station.name}`);
    const painter = new ResultPainter(this.#controller, item, run);
    painter.output(
      `${basename(script.fsPath)} on ${station.name} with ${interpreter.command.join(' ')} (${interpreter.source})\n`,
    );
    const active = new ScriptRun(painter, question, this.#log);
    this.#active = active;
    setContext('running', true);
    this.#problems.clear(script);
    const cancelled = run.token.onCancellationRequested(() => this.stop());
    let end: RunEnd | undefined;
    try {
      end = await active.run({
        python: interpreter.command,
        runner: this.#runner,
        script: script.fsPath,
        args: [],
        cwd: dirname(script.fsPath),
        env: stationEnvironment(url, key),
      });
      return end;
    } catch (error) {
      throw new UserError(
        vscode.l10n.t('Python could not be started with {0}: {1}', interpreter.command.join(' '), String(error)),
        [{ label: vscode.l10n.t('Open Setting'), run: () => openSetting('python') }],
        { cause: error },
      );
    } finally {
      const last = end?.live.executions.at(-1);
      painter.end((last && verdictOf(last)) ?? null, end?.live.failure !== null);
      cancelled.dispose();
      this.#active = undefined;
      setContext('running', false);
    }
  }

  async #conclude(
    script: vscode.Uri,
    { station }: StationAccess,
    interpreter: Interpreter,
    end: RunEnd,
  ): Promise<void> {
    const { failure } = end.live;
    if (failure !== null && !end.stopped) this.#problems.show(script, failure);
    if (failure !== null && isInstallable(failure.missing_module)) {
      throw new UserError(
        vscode.l10n.t(
          '{0} has no package {1}. Nothing was saved.',
          interpreter.command.join(' '),
          failure.missing_module ?? '',
        ),
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
    await new OutcomeMessage(this.#connection).show(basename(script.fsPath), station.name, end);
    await this.#store.refresh();
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

/** The text that will run: unsaved changes are saved first. */
async function savedSource(script: vscode.Uri): Promise<string> {
  const document = await vscode.workspace.openTextDocument(script);
  if (document.isDirty && !(await document.save())) {
    throw new UserError(vscode.l10n.t('{0} could not be saved, so it was not run.', basename(script.fsPath)));
  }
  return document.getText();
}

/**
 * Asks for the procedure where the source already tells that a question will come, so that nothing has started when the
 * user cancels. What only running tells is asked by the runner before the first phase.
 */
async function askBeforeStart(question: ProcedureQuestion, source: string): Promise<void> {
  const { procedureArguments } = scanScript(source);
  const ids = procedureArguments.length === 0 ? [null] : procedureArguments.map(({ value }) => value);
  const known = procedureArguments.length === 0 ? ids : ids.filter((id) => id !== null);
  for (const id of known) {
    if ((await question.answer(id)) === null) throw new vscode.CancellationError();
  }
}
