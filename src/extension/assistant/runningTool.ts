import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import type * as z from 'zod';
import type { getRunningTest, runScript, stopRun } from '../../shared/assistant/editorTools.ts';
import { ToolError } from '../../shared/assistant/toolError.ts';
import type { ActivityConsent } from '../../shared/contract/assistantActivity.ts';
import { operator } from '../../shared/contract/operator.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import { chooseProcedure, nameBesideLabel, procedureLabel } from '../../shared/run/procedureChoice.ts';
import type { EndedRun } from '../connection/liveScripts.ts';
import type { StationName } from '../connection/stationStore.ts';
import { saveScripts } from '../vscode/saveScripts.ts';
import { scanDocument } from '../vscode/scriptReader.ts';
import { setting } from '../vscode/settings.ts';
import type { AssistantDependencies } from './assistantDependencies.ts';
import { type ConsentQuestion, refusalSentence, RunConsent } from './consent.ts';
import { LiveRun } from './liveRun.ts';
import { fingerprintOfScript, scriptInWorkspace, type WorkspaceScript } from './scriptInWorkspace.ts';

const maxTests = 50;
const maxSerialNumberLength = 60;
const stopTimeoutMs = 15_000;
const stopPollMs = 100;

type RunAnswer = z.input<typeof runScript.output>;
type EndedAnswer = NonNullable<RunAnswer['result']>;

export class RunningTool implements vscode.Disposable {
  readonly #dependencies: AssistantDependencies;
  readonly consent = new RunConsent();
  #live: LiveRun | undefined;
  #stopping: vscode.CancellationTokenSource | undefined;

  constructor(dependencies: AssistantDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * @param onConsent is called once it is decided whether the run may start
   * @throws ToolError if it was not run, or has not ended as it should
   */
  async run(
    input: z.output<typeof runScript.input>,
    token: vscode.CancellationToken,
    onConsent: (consent: ActivityConsent) => Promise<void>,
  ): Promise<RunAnswer> {
    await onConsent('refused'); // until it is decided
    if (setting('assistant.runs') === 'never') throw new ToolError(refusalSentence('off'));
    if (!vscode.workspace.isTrusted) throw new ToolError(refusalSentence('untrusted'));
    const mode = input.is_dry_run === true ? 'dry' : 'push';
    const serialNumber = requireSerialNumber(input.serial_number);
    const script = await scriptInWorkspace(input.script);
    const station = await this.#station(input.station, mode);
    const question = await this.#question(script, mode, station, serialNumber);
    const consent = await this.consent.ask(question);
    if ('refusal' in consent) {
      const isAsked = consent.refusal === 'declined';
      await onConsent(isAsked ? 'declined' : 'refused');
      throw new ToolError(refusalSentence(consent.refusal));
    }
    const live = new LiveRun(script.uri.fsPath, station, serialNumber);
    try {
      await onConsent(consent.by);
    } catch (error) {
      this.consent.ended(false); // what cannot be recorded is not run
      live.dispose();
      throw new ToolError(`The call could not be recorded, so nothing was run: ${messageOf(error)}`);
    }
    return this.#start(live, question, mode, serialNumber, token);
  }

  async #start(
    live: LiveRun,
    question: ConsentQuestion,
    mode: 'push' | 'dry',
    serialNumber: string | undefined,
    token: vscode.CancellationToken,
  ): Promise<RunAnswer> {
    this.#live?.dispose();
    this.#live = live;
    const stop = new vscode.CancellationTokenSource();
    this.#stopping = stop;
    const stopping = token.onCancellationRequested(() => stop.cancel());
    if (token.isCancellationRequested) stop.cancel();
    const ended = this.#runToItsEnd(live, question, mode, serialNumber, stop);
    try {
      const first = await Promise.race([ended, live.waitedTooLong]);
      if (token.isCancellationRequested) throw new vscode.CancellationError();
      return {
        status: first === 'waiting' ? 'waiting_for_operator' : 'ended',
        station: live.station ?? null,
        is_dry_run: mode === 'dry',
        waiting_prompt: promptOf(live),
        result: first === 'waiting' ? null : endedAnswer(first),
        remaining_runs: this.consent.remaining,
      };
    } finally {
      stopping.dispose();
    }
  }

  async #runToItsEnd(
    live: LiveRun,
    question: ConsentQuestion,
    mode: 'push' | 'dry',
    serialNumber: string | undefined,
    stop: vscode.CancellationTokenSource,
  ): Promise<EndedRun> {
    const title = vscode.l10n.t('An assistant runs {0}', basename(live.script));
    let result: EndedRun | undefined;
    try {
      result = await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, (progress) =>
        this.#dependencies.runForAssistant({
          script: vscode.Uri.file(live.script),
          mode,
          station: mode === 'dry' ? undefined : live.station,
          serialNumber,
          token: stop.token,
          confirmStart: async () => {
            const refusal = await this.consent.confirm(question, await this.#isInUseOnServer(live.station?.id, mode));
            if (refusal !== undefined) throw new ToolError(refusalSentence(refusal));
          },
          onEvent: (event) => {
            live.handleEvent(event);
            if (event.event === 'phase_started') progress.report({ message: event.name });
          },
        }),
      );
      return result;
    } catch (error) {
      if (error instanceof vscode.CancellationError) {
        throw new ToolError('The run was cancelled before the script started. Nothing was run.');
      }
      throw new ToolError(messageOf(error));
    } finally {
      this.#stopping = undefined;
      stop.dispose();
      live.end(result);
      this.consent.ended(result !== undefined && hasPassedOrFailed(result));
    }
  }

  async stop(): Promise<z.input<typeof stopRun.output>> {
    const stop = this.#stopping;
    if (stop === undefined) return { was_running: false, script: null };
    stop.cancel();
    const untilMs = Date.now() + stopTimeoutMs;
    while (this.#stopping === stop && Date.now() < untilMs) await delay(stopPollMs);
    return { was_running: true, script: this.#live?.script ?? null };
  }

  running(): z.input<typeof getRunningTest.output> {
    const live = this.#live;
    return {
      is_running: this.#stopping !== undefined,
      script: live?.script ?? null,
      station: live?.station ?? null,
      serial_number: live?.serialNumber ?? null,
      phase: live?.phase ?? null,
      waiting_prompt: live === undefined ? null : promptOf(live),
      result: live?.result === undefined ? null : endedAnswer(live.result),
    };
  }

  async #station(wanted: string | undefined, mode: 'push' | 'dry'): Promise<StationName | undefined> {
    const { store } = this.#dependencies;
    if (wanted === undefined && mode === 'dry') return store.selected;
    await store.update();
    if (store.error !== undefined) throw new ToolError(messageOf(store.error));
    if (wanted === undefined) {
      if (store.selected !== undefined) return store.selected;
      throw new ToolError('station: no station is selected in this window. Pass the id of one, see list_stations.');
    }
    const [found, ...others] = (store.stations ?? []).filter(({ id, name }) => id === wanted || name === wanted);
    if (found === undefined)
      throw new ToolError('station: there is no such station. Pass the id of one, see list_stations.');
    if (others.length > 0) throw new ToolError('station: several stations have this name. Pass the id of one.');
    return { id: found.id, name: found.name };
  }

  async #question(
    script: WorkspaceScript,
    mode: 'push' | 'dry',
    station: StationName | undefined,
    serialNumber: string | undefined,
  ): Promise<ConsentQuestion> {
    return {
      script: script.realPath,
      mode,
      station,
      procedure: await this.#procedureOf(script, station),
      serialNumber: serialNumber ?? serialNumberSource(script.uri),
      request: async () => {
        await saveScripts();
        const { hash, isComplete } = await fingerprintOfScript(script);
        return {
          mode,
          station: station?.id ?? null,
          script: script.realPath,
          fingerprint: hash,
          isFingerprintComplete: isComplete,
        };
      },
      isInUse: async () =>
        this.#dependencies.isInUse(mode === 'dry' ? undefined : station?.id) ||
        this.#isInUseOnServer(station?.id, mode),
    };
  }

  /** Returns whether the server knows of a test that runs on the station: of another window, a terminal, or a bench. */
  async #isInUseOnServer(station: string | undefined, mode: 'push' | 'dry'): Promise<boolean> {
    const { connection, log } = this.#dependencies;
    if (station === undefined) return false;
    try {
      if (!(await connection.can('operator'))) return false;
      const { connected, test } = await connection.call(operator.state, { params: { id: station } });
      return connected && test !== null && test.status !== 'completed';
    } catch (error) {
      if (mode === 'push') throw new ToolError(messageOf(error));
      log.debug(`running tests of ${station}: ${String(error)}`); // a dry run needs no server
      return false;
    }
  }

  async #procedureOf({ uri }: WorkspaceScript, station: StationName | undefined): Promise<string> {
    const { procedureArguments } = await scanDocument(await vscode.workspace.openTextDocument(uri));
    const linked = (station && this.#dependencies.store.station(station.id)?.procedures) ?? [];
    const names = procedureArguments.map((argument) => {
      if (argument.kind === 'computed') return vscode.l10n.t('stated by the script when it runs');
      const choice = chooseProcedure(argument.kind === 'named' ? argument.id : null, linked);
      if ('decided' in choice) {
        return [procedureLabel(choice.decided), nameBesideLabel(choice.decided)].filter(Boolean).join(' · ');
      }
      return argument.kind === 'named' ? argument.id : vscode.l10n.t('not stated');
    });
    return [...new Set(names)].join(', ') || vscode.l10n.t('not stated');
  }

  dispose(): void {
    this.#live?.dispose();
    this.consent.dispose();
  }
}

function requireSerialNumber(given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const serialNumber = given.trim();
  const isPlain =
    serialNumber !== '' && serialNumber.length <= maxSerialNumberLength && !/\p{Cc}|\p{Cf}/u.test(serialNumber);
  if (isPlain) return serialNumber;
  throw new ToolError(`serial_number: it must be one line of 1 to ${maxSerialNumberLength} characters.`);
}

function serialNumberSource(script: vscode.Uri): string {
  const fixed = setting('fixedSerialNumber', script);
  const source = setting('serialNumber', script);
  if (source === 'fixed' && fixed !== '') return fixed;
  return source === 'script' ? vscode.l10n.t('stated by the script') : vscode.l10n.t('asked at the start');
}

const hasPassedOrFailed = ({ tests, failure, wasStopped }: EndedRun): boolean =>
  failure === null &&
  !wasStopped &&
  tests.length > 0 &&
  tests.every(({ outcome }) => outcome === 'PASS' || outcome === 'FAIL');

const endedAnswer = ({ tests, failure, wasStopped, otherRuns }: EndedRun): EndedAnswer => ({
  was_stopped: wasStopped,
  error: failure,
  tests: tests.slice(-maxTests).map(({ runId, outcome, serialNumber, reason, problem }) => ({
    run_id: runId,
    outcome,
    serial_number: serialNumber,
    reason,
    problem,
  })),
  other_run_ids: otherRuns.slice(-maxTests),
  has_more_tests: Math.max(tests.length, otherRuns.length) > maxTests,
});

function promptOf({ prompt }: LiveRun): RunAnswer['waiting_prompt'] {
  if (prompt === undefined) return null;
  const waitsForS = Math.round((Date.now() - prompt.sinceMs) / 1000);
  return { message: prompt.message, asked_by: prompt.askedBy, waits_for_s: waitsForS };
}
