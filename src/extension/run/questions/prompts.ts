import * as vscode from 'vscode';
import type { RunnerCommand, RunnerEvent } from '../../../shared/contract/runner.ts';
import { withoutIcons } from '../../../shared/format/markdown.ts';
import { plainMessage } from '../../../shared/format/oneLine.ts';
import { showInformation, showWarning } from '../../vscode/messages.ts';
import { addDismissedQuestion } from './dismissedQuestions.ts';
import { inputBox } from './inputBox.ts';
import { isQuestionOpen, trackQuestion } from './openQuestions.ts';
import { type PromptFolders, PromptPanel, type PromptRequest } from './promptPanel.ts';

export interface OtherOperators {
  readonly isShown: () => boolean;
  readonly onDidChangeShown: vscode.Event<void>;
  /** @returns a sentence about who was first; undefined if the answer given here counts */
  readonly claim: (prompt: string, text: string) => Promise<string | undefined>;
}

/** Others do not see passwords, nor what a script reads while it runs no test. */
const isShared = ({ execution_id, hidden }: PromptRequest): boolean => execution_id !== '' && !hidden;

/**
 * Shows the operator prompts of a running test and sends the answers. A prompt that is dismissed is offered in a notification
 * and stays in the status bar until it is answered or the run ends.
 */
export class Prompts implements vscode.Disposable {
  readonly #send: (command: RunnerCommand) => void;
  readonly #where: string;
  readonly #panel: PromptPanel;
  readonly #others: OtherOperators | undefined;
  readonly #open = new Map<string, vscode.CancellationTokenSource>();
  readonly #dismissed = new Map<string, () => void>();

  constructor(
    send: (command: RunnerCommand) => void,
    where: string,
    folders: PromptFolders,
    others: OtherOperators | undefined,
  ) {
    this.#send = send;
    this.#where = where;
    this.#panel = new PromptPanel(where, folders);
    this.#others = others;
  }

  event(event: RunnerEvent): void {
    if (event.event === 'ui_request') void this.#ask(event);
    if (event.event === 'ui_resolved') this.#close(event.request_id);
  }

  async #ask(prompt: PromptRequest): Promise<void> {
    const source = new vscode.CancellationTokenSource();
    this.#open.set(prompt.request_id, source);
    let isPostponed = isQuestionOpen();
    while (this.#open.has(prompt.request_id)) {
      if (isShared(prompt)) await this.#waitWhileShownElsewhere(source.token);
      if (source.token.isCancellationRequested) return; // it was answered there
      const value = isPostponed ? undefined : await this.#answerTo(prompt, source.token);
      isPostponed = false;
      if (!this.#open.has(prompt.request_id)) return; // answered elsewhere, timed out, or stopped
      if (value !== undefined) {
        this.#close(prompt.request_id);
        await this.#answer(prompt, value);
        return;
      }
      if (isShared(prompt) && this.#others?.isShown() === true) continue;
      await this.#waitUntilAskedAgain(prompt, source.token);
    }
  }

  async #waitUntilAskedAgain(prompt: PromptRequest, token: vscode.CancellationToken): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const ask = (): void => resolve(undefined);
    this.#dismissed.set(prompt.request_id, ask);
    const ends = vscode.Disposable.from(
      addDismissedQuestion({ where: this.#where, message: prompt.message, ask }),
      token.onCancellationRequested(ask),
      ...(isShared(prompt) && this.#others !== undefined ? [this.#others.onDidChangeShown(ask)] : []),
    );
    void this.#offer(prompt);
    try {
      await promise;
    } finally {
      ends.dispose();
      this.#dismissed.delete(prompt.request_id);
    }
  }

  /** A notification cannot be withdrawn: its button may be pressed long after the prompt was answered or the run ended. */
  async #offer({ request_id: id, message }: PromptRequest): Promise<void> {
    const answer = vscode.l10n.t('Answer');
    const text = vscode.l10n.t('{0} waits for an answer: {1}', this.#where, message);
    if ((await showWarning(text, answer)) !== answer) return;
    if (this.#open.has(id)) this.#dismissed.get(id)?.();
    else void showInformation(vscode.l10n.t('{0} no longer waits for this answer.', this.#where));
  }

  async #answer(prompt: PromptRequest, value: string): Promise<void> {
    const { request_id } = prompt;
    const first = isShared(prompt) ? await this.#others?.claim(request_id, value) : undefined;
    if (first === undefined) this.#send({ command: 'ui_response', request_id, value });
    else void showInformation(first);
  }

  async #waitWhileShownElsewhere(token: vscode.CancellationToken): Promise<void> {
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

  #answerTo(prompt: PromptRequest, token: vscode.CancellationToken): Promise<string | undefined> {
    const { image_url: image, form } = prompt;
    if (image === null && form.length === 0) return this.#box(prompt, token);
    return trackQuestion(this.#panel.ask(prompt, image, token), token);
  }

  async #box(prompt: PromptRequest, token: vscode.CancellationToken): Promise<string | undefined> {
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
