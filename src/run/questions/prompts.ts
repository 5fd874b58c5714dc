import * as vscode from 'vscode';
import type { RunnerCommand, RunnerEvent } from '../../contract/runner.ts';
import { asking, isAsking } from './asking.ts';
import { inputBox } from './inputBoxes.ts';
import { PromptPanel, type PromptPlaces } from './promptPanel.ts';
import { showInformation, showWarning } from '../../platform/messages.ts';
import { withoutIcons } from '../../domain/markdown.ts';
import { plainMessage } from '../../domain/oneLine.ts';

type Prompt = RunnerEvent & { event: 'ui_request' };

/** Others who may answer: in a view of this window, or elsewhere. */
export interface OtherOperators {
  /** The prompts have a view of their own in this window: no box is needed. */
  readonly isShown: () => boolean;
  readonly onDidChangeShown: vscode.Event<void>;
  /** Says who was first; undefined: the answer given here counts. */
  readonly claim: (prompt: string, text: string) => Promise<string | undefined>;
}

/** Whether others see the prompt too: not a password, and not what a script reads while it runs no test. */
const isShared = ({ execution_id, hidden }: Prompt): boolean => execution_id !== '' && !hidden;

/** Shows the operator prompts of a running test and sends the answers. A prompt that is waved away is offered again. */
export class Prompts implements vscode.Disposable {
  readonly #send: (command: RunnerCommand) => void;
  readonly #where: string;
  readonly #panel: PromptPanel;
  readonly #others: OtherOperators | undefined;
  readonly #open = new Map<string, vscode.CancellationTokenSource>();

  /**
   * @param where the script and its station, as the user reads it: several may ask at once
   * @param others undefined: there are none
   */
  constructor(
    send: (command: RunnerCommand) => void,
    where: string,
    places: PromptPlaces,
    others: OtherOperators | undefined,
  ) {
    this.#send = send;
    this.#where = where;
    this.#panel = new PromptPanel(where, places);
    this.#others = others;
  }

  event(event: RunnerEvent): void {
    if (event.event === 'ui_request') void this.#ask(event);
    if (event.event === 'ui_resolved') this.#close(event.request_id);
  }

  async #ask(prompt: Prompt): Promise<void> {
    const source = new vscode.CancellationTokenSource();
    this.#open.set(prompt.request_id, source);
    let isToWait = isAsking();
    while (this.#open.has(prompt.request_id)) {
      if (isShared(prompt)) await this.#notShownElsewhere(source.token);
      const value = isToWait ? undefined : await this.#answerTo(prompt, source.token);
      isToWait = false;
      if (!this.#open.has(prompt.request_id)) return; // answered elsewhere, timed out, or stopped
      if (value !== undefined) {
        this.#close(prompt.request_id);
        await this.#answer(prompt, value);
        return;
      }
      if (isShared(prompt) && this.#others?.isShown() === true) continue;
      const answer = vscode.l10n.t('Answer');
      const chosen = await showWarning(
        vscode.l10n.t('{0} waits for an answer: {1}', this.#where, prompt.message),
        answer,
      );
      if (chosen === answer && !this.#open.has(prompt.request_id)) {
        void showInformation(vscode.l10n.t('{0} no longer waits for this answer.', this.#where));
      }
    }
  }

  /** Where others may answer too, the first answer counts. */
  async #answer(prompt: Prompt, value: string): Promise<void> {
    const { request_id } = prompt;
    const first = isShared(prompt) ? await this.#others?.claim(request_id, value) : undefined;
    if (first === undefined) this.#send({ command: 'ui_response', request_id, value });
    else void showInformation(first);
  }

  /** Waits while the prompt can be answered in a view of this window, and no longer than the prompt is open. */
  async #notShownElsewhere(token: vscode.CancellationToken): Promise<void> {
    const others = this.#others;
    while (others?.isShown() === true && !token.isCancellationRequested) {
      await new Promise<void>((done) => {
        const subscriptions = [others.onDidChangeShown(end), token.onCancellationRequested(end)];
        function end(): void {
          for (const each of subscriptions) each.dispose();
          done();
        }
      });
    }
  }

  #answerTo(prompt: Prompt, token: vscode.CancellationToken): Promise<string | undefined> {
    const { image_url: image } = prompt;
    if (image === null) return this.#box(prompt, token);
    return asking(this.#panel.ask(prompt, image, token), token);
  }

  /** A box that stays until it is answered: its prompt shows the whole message, as many lines as it has. */
  async #box(prompt: Prompt, token: vscode.CancellationToken): Promise<string | undefined> {
    const options: vscode.InputBoxOptions = {
      title: vscode.l10n.t('Operator prompt of {0}', this.#where),
      password: prompt.hidden,
      prompt: withoutIcons(plainMessage(prompt.message)),
      placeHolder: prompt.text_input ? '' : vscode.l10n.t('Press Enter to continue'),
      ignoreFocusOut: true,
    };
    const typed = await inputBox(options, token);
    return prompt.text_input || typed === undefined ? typed : '';
  }

  #close(id: string): void {
    this.#open.get(id)?.cancel();
    this.#open.get(id)?.dispose();
    this.#open.delete(id);
  }

  dispose(): void {
    for (const id of [...this.#open.keys()]) this.#close(id);
    this.#panel.dispose();
  }
}
