import * as vscode from 'vscode';
import type { Handlers } from '../../../shared/contract/messages.ts';
import { studies, type Study, type StudyTrial } from '../../../shared/contract/studies.ts';
import { type FromStudyPage, fromStudyPage, type ToStudyPage } from '../../../shared/contract/studyPage.ts';
import { messageOf } from '../../../shared/format/messageOf.ts';
import { oneLine } from '../../../shared/format/oneLine.ts';
import type { StartScript } from '../../connection/liveScripts.ts';
import type { Services } from '../../connection/services.ts';
import { confirm } from '../../vscode/messages.ts';
import { Page } from '../../vscode/page.ts';
import { requireTrust } from '../../vscode/requireTrust.ts';
import type { Exports } from '../export/exports.ts';
import { pickRunOfTrial } from './pickRunOfTrial.ts';
import type { StudyScripts } from './studyScript.ts';

export interface StudyServices extends Services {
  readonly exports: Exports;
  readonly startScript: StartScript;
  readonly scripts: StudyScripts;
}

const refreshDelayMs = 300;

export class StudyPanel extends Page<FromStudyPage, ToStudyPage> {
  readonly #id: string;
  readonly #services: StudyServices;
  #study: Study | undefined;
  #isRunning = false;
  #note: string | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(panel: vscode.WebviewPanel, id: string, services: StudyServices) {
    super(panel, services, 'study', id, fromStudyPage);
    this.#id = id;
    this.#services = services;
    const { connection, feed } = services;
    const subscriptions = vscode.Disposable.from(
      feed.onDidReceiveChange((change) => {
        if (change === undefined || change.kind.startsWith('run.')) this.#loadSoon();
      }),
      connection.onDidChangeServer(() => this.#loadSoon()),
    );
    panel.onDidDispose(() => {
      clearTimeout(this.#timer);
      subscriptions.dispose();
    });
    feed.start();
  }

  override async reveal(): Promise<void> {
    this.panel.reveal();
    await this.#load();
  }

  protected override readonly handlers: Handlers<FromStudyPage> = {
    ready: () => this.#load(),
    refresh: () => this.#load(),
    start: () => this.#setActive(true),
    pause: () => this.#setActive(false),
    runProcedure: () => this.#runProcedure(),
    chooseRun: ({ position }) => this.#chooseRun(position),
    repeat: ({ position }) =>
      this.#update(this.#services.connection.call(studies.discard, { params: { id: this.#id, position } })),
    release: ({ run }) =>
      this.#update(this.#services.connection.call(studies.release, { params: { id: this.#id, run_id: run } })),
    openRun: ({ run }) => vscode.commands.executeCommand('testStations.openRun', run),
    export: () => this.#export(),
    remove: () => this.#remove(),
  };

  /** A hidden page sends `ready` when it is shown again, so it needs no changes meanwhile. */
  #loadSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (this.panel.visible) void this.#load();
    }, refreshDelayMs);
  }

  async #load(): Promise<void> {
    try {
      this.#show(await this.#services.connection.call(studies.get, { params: { id: this.#id } }));
    } catch (error) {
      this.post({ type: 'failed', message: messageOf(error) });
    }
  }

  #show(study: Study): void {
    this.#study = study;
    this.panel.title = oneLine(study.name);
    this.post({ type: 'study', study, is_running: this.#isRunning, note: this.#note });
  }

  async #update(change: Promise<Study>): Promise<void> {
    this.#note = null;
    this.#show(await change);
  }

  #setActive(is_active: boolean): Promise<void> {
    const { connection } = this.#services;
    return this.#update(connection.call(studies.update, { params: { id: this.#id }, body: { is_active } }));
  }

  /** Runs the script with the part of the next trial. The server attaches the run when it arrives. */
  async #runProcedure(): Promise<void> {
    const study = this.#study;
    const trial = nextTrial(study);
    const part = trial && study?.parts[trial.part];
    const appraiser = trial && study?.appraisers[trial.appraiser];
    if (this.#isRunning || study === undefined || part === undefined || appraiser === undefined) return;
    requireTrust();
    const { scripts, startScript, connection } = this.#services;
    const script = await scripts.find(study.procedure.id);
    this.#isRunning = true;
    this.#note = null;
    this.#show(study);
    try {
      await startScript(script, { station: appraiser.station, serialNumber: part.serial_number });
    } finally {
      this.#isRunning = false;
      const after = await connection.call(studies.get, { params: { id: this.#id } }).catch(() => study);
      this.#note = hasNewRun(study, after)
        ? null
        : vscode.l10n.t(
            'No run of this part has reached the server. The Runs view shows results that are not uploaded yet.',
          );
      this.#show(after);
    }
  }

  async #chooseRun(position: number): Promise<void> {
    const { connection } = this.#services;
    const study = this.#study;
    const trial = study?.plan.find((each) => each.position === position);
    if (study === undefined || trial === undefined) return;
    const run_id = await pickRunOfTrial(connection, study, trial);
    await this.#update(connection.call(studies.attach, { params: { id: this.#id, position }, body: { run_id } }));
  }

  async #export(): Promise<void> {
    if (this.#study !== undefined) await this.#services.exports.study(this.#study);
  }

  async #remove(): Promise<void> {
    const study = this.#study;
    if (study === undefined) return;
    const isConfirmed = await confirm({
      message: vscode.l10n.t('Delete the gauge study {0}?', oneLine(study.name)),
      detail: vscode.l10n.t('Its runs stay on the server and count in yield and statistics again.'),
      button: vscode.l10n.t('Delete'),
    });
    if (!isConfirmed) return;
    await this.#services.connection.call(studies.delete, { params: { id: this.#id } });
    this.panel.dispose();
  }
}

const nextTrial = (study: Study | undefined): StudyTrial | undefined =>
  study?.plan.find(({ position }) => position === study.next);

const runsOf = ({ plan, other_run }: Study): string =>
  JSON.stringify([plan.map(({ run, discarded }) => [run?.id, discarded.length]), other_run?.id]);

const hasNewRun = (before: Study, after: Study): boolean => runsOf(before) !== runsOf(after);
