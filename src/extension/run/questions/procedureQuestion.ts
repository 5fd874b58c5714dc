import * as vscode from 'vscode';
import type { LinkedProcedure, Station } from '../../../shared/contract/stations.ts';
import {
  chooseProcedure,
  nameBesideLabel,
  procedureIdOf,
  procedureLabel,
} from '../../../shared/run/procedureChoice.ts';
import { planLink } from '../../connection/procedureLinks.ts';
import type { Services } from '../../connection/services.ts';
import { showWarning } from '../../vscode/messages.ts';

interface Option {
  readonly title: string;
  readonly label: string;
  readonly description: string;
  readonly choose: () => Promise<string>;
}

const option = (label: string, description: string, choose: () => Promise<string>): Option => ({
  title: label,
  label,
  description,
  choose,
});

/** Decides, during one run, under which procedure the script may push. The same question is asked only once. */
export class ProcedureQuestion {
  readonly #services: Pick<Services, 'connection' | 'store'>;
  readonly #station: Station;
  #isAssumed = false;
  readonly #answers = new Map<string | null, Promise<string | null>>();

  constructor(services: Pick<Services, 'connection' | 'store'>, station: Station) {
    this.#services = services;
    this.#station = station;
  }

  /**
   * @param scriptId the script's own `procedure_id`
   * @param needsId whether the answer must be an id even if the script names an identifier
   * @returns the id or identifier to run under, or null when the user cancels
   */
  async answer(scriptId: string | null, needsId = false): Promise<string | null> {
    const answer = await this.#answerOnce(scriptId);
    if (answer === null || !needsId) return answer;
    // The store has what this question has just linked, but may not have seen a link that is older.
    return procedureIdOf(
      answer,
      this.#station.procedures,
      this.#services.store.station(this.#station.id)?.procedures ?? [],
    );
  }

  /** Whether the script named no procedure, and the only linked one was taken without a question. */
  get isAssumed(): boolean {
    return this.#isAssumed;
  }

  #answerOnce(scriptId: string | null): Promise<string | null> {
    const named = scriptId?.trim() || null;
    const known = this.#answers.get(named);
    if (known !== undefined) return known;
    const answer = this.#ask(named);
    answer.catch(() => this.#answers.delete(named));
    this.#answers.set(named, answer);
    return answer;
  }

  async #ask(scriptId: string | null): Promise<string | null> {
    const choice = chooseProcedure(scriptId, this.#station.procedures);
    if ('decided' in choice) {
      this.#isAssumed ||= scriptId === null;
      return scriptId ?? choice.decided.id;
    }
    const options = [
      ...(scriptId === null ? [] : await this.#linkNamed(scriptId)),
      ...choice.linked.map((procedure) => this.#runAs(procedure)),
      ...(choice.linked.length === 0 && scriptId === null ? [this.#linkAnother()] : []),
    ];
    const [message, detail] = this.#messageAndDetail(scriptId, choice.linked);
    return (await (await pick(message, detail, options))?.choose()) ?? null;
  }

  #messageAndDetail(scriptId: string | null, linked: readonly LinkedProcedure[]): [message: string, detail: string] {
    const station = this.#station.name;
    if (scriptId !== null) {
      return [
        vscode.l10n.t('The script pushes runs of {0}, which is not linked to {1}.', scriptId, station),
        vscode.l10n.t('{0} may push runs of linked procedures only. If you cancel, the script does not run.', station),
      ];
    }
    return linked.length === 0
      ? [
          vscode.l10n.t('No procedure is linked to {0}.', station),
          vscode.l10n.t(
            'The script names none either, so its run would belong nowhere. If you cancel, the script does not run.',
          ),
        ]
      : [
          vscode.l10n.t('Which procedure does the script run on {0}?', station),
          vscode.l10n.t('It names none, and several are linked. If you cancel, the script does not run.'),
        ];
  }

  #runAs(procedure: LinkedProcedure): Option {
    const label = vscode.l10n.t('Run as {0}', procedureLabel(procedure));
    return option(label, nameBesideLabel(procedure), () => Promise.resolve(procedure.id));
  }

  async #linkNamed(scriptId: string): Promise<Option[]> {
    const plan = await planLink(this.#services, this.#station.id, scriptId);
    if (plan === undefined) return [];
    const { existing, link } = plan;
    const label = existing ? vscode.l10n.t('Link {0}', scriptId) : vscode.l10n.t('Create and Link {0}', scriptId);
    const choose = async (): Promise<string> => {
      await link();
      return scriptId;
    };
    return [option(label, existing === undefined ? '' : nameBesideLabel(existing), choose)];
  }

  #linkAnother(): Option {
    return option(vscode.l10n.t('Link Procedure…'), '', async () => {
      const linked: unknown = await vscode.commands.executeCommand('testStations.linkProcedure', {
        id: this.#station.id,
      });
      if (typeof linked !== 'string') throw new vscode.CancellationError();
      return linked;
    });
  }
}

/** Offers up to three options as buttons, and more in a list behind one. */
async function pick(message: string, detail: string, options: readonly Option[]): Promise<Option | undefined> {
  const more = option(vscode.l10n.t('Other Procedure…'), '', () => Promise.reject(new vscode.CancellationError()));
  const buttons = options.length <= 3 ? options : [...options.slice(0, 1), more];
  const picked = await showWarning(message, { modal: true, detail }, ...buttons);
  return picked === more ? vscode.window.showQuickPick(options, { title: message, ignoreFocusOut: true }) : picked;
}
