import * as vscode from 'vscode';
import * as z from 'zod';
import { valuesInUnits } from '../../shared/analytics/limitsStudy.ts';
import {
  type FromLimitsPage,
  fromLimitsPage,
  type LimitsStudy,
  type ScriptLimits,
  type ToLimitsPage,
} from '../../shared/contract/limitsPage.ts';
import type { Handlers } from '../../shared/contract/messages.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import { oneLine } from '../../shared/format/oneLine.ts';
import type { Services } from '../connection/services.ts';
import { Page } from '../vscode/page.ts';
import { UserError } from '../vscode/userError.ts';
import type { AnalyticsSource } from './analyticsSource.ts';
import { applyLimits, currentLimits } from './applyLimits.ts';
import type { LimitsSubject } from './limitsSubject.ts';

const mostValues = 20_000;
const typingDelayMs = 300;

const pageSubject = z.object({
  script: z.string(),
  procedureId: z.string(),
  phaseName: z.string(),
  measurementName: z.string(),
  units: z.string().nullable(),
});
type PageSubject = z.infer<typeof pageSubject>;

export const pageSubjectOf = (text: string): PageSubject => pageSubject.parse(JSON.parse(text));

export function limitsPageSubject({ document, ...subject }: LimitsSubject): string {
  return JSON.stringify({ ...subject, script: document.uri.toString() } satisfies PageSubject);
}

export class LimitsPanel extends Page<FromLimitsPage, ToLimitsPage> {
  readonly #subject: PageSubject;
  readonly #source: AnalyticsSource;
  readonly #onEdit: vscode.Disposable;
  #timer: NodeJS.Timeout | undefined;

  constructor(panel: vscode.WebviewPanel, subject: string, services: Services, source: AnalyticsSource) {
    super(panel, services, 'limits', subject, fromLimitsPage);
    this.#subject = pageSubjectOf(subject);
    this.#source = source;
    panel.title = vscode.l10n.t('Limits of {0}', oneLine(this.#subject.measurementName));
    this.#onEdit = vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (document.uri.toString() !== this.#subject.script) return;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#postScript(), typingDelayMs);
    });
  }

  override reveal(): void {
    this.panel.reveal();
    void this.#load();
  }

  override dispose(): void {
    clearTimeout(this.#timer);
    this.#onEdit.dispose();
    this.panel.dispose();
  }

  protected override readonly handlers: Handlers<FromLimitsPage> = {
    ready: () => this.#load(),
    refresh: () => this.#load(),
    apply: async ({ limits }) => {
      await applyLimits(await this.#limitsSubject(), limits);
      await this.#postScript();
    },
    openRun: ({ run }) => vscode.commands.executeCommand('testStations.openRun', run),
  };

  async #load(): Promise<void> {
    try {
      const [study, script] = await Promise.all([this.#study(), this.#script()]);
      this.post({ type: 'study', study, script });
    } catch (error) {
      this.post({ type: 'failed', message: messageOf(error) });
    }
  }

  async #study(): Promise<LimitsStudy> {
    const { procedureId: id, phaseName: phase, measurementName: measurement, units, script } = this.#subject;
    const query = { phase_name: phase, measurement_name: measurement, limit: mostValues };
    const found = await this.#source.values(id, query);
    const { has_more } = found;
    const study = valuesInUnits(found, units);
    if (study.values.length === 0) {
      throw new UserError(vscode.l10n.t('No run has a number for {0} yet.', oneLine(measurement)));
    }
    const values_in_other_units = found.values.length - study.values.length;
    const file = vscode.Uri.parse(script).path.split('/').at(-1) ?? '';
    const procedure = found.procedure.name;
    return { measurement, phase, procedure, script: file, units, ...study, has_more, values_in_other_units };
  }

  async #script(): Promise<ScriptLimits> {
    try {
      return { kind: 'limits', ...(await currentLimits(await this.#limitsSubject())) };
    } catch (error) {
      return { kind: 'refused', message: messageOf(error) };
    }
  }

  async #postScript(): Promise<void> {
    this.post({ type: 'script', script: await this.#script() });
  }

  /** The document is opened again if its editor was closed meanwhile. */
  async #limitsSubject(): Promise<LimitsSubject> {
    const { script, ...subject } = this.#subject;
    return { ...subject, document: await vscode.workspace.openTextDocument(vscode.Uri.parse(script)) };
  }
}
