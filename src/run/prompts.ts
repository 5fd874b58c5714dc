import * as vscode from 'vscode';
import type { RunnerCommand, RunnerEvent } from '../contract/runner.ts';

type Prompt = RunnerEvent & { event: 'ui_request' };

/** Shows the operator prompts of a running test and sends the answers. A prompt that is waved away is offered again. */
export class Prompts implements vscode.Disposable {
  readonly #send: (command: RunnerCommand) => void;
  readonly #open = new Map<string, vscode.CancellationTokenSource>();

  constructor(send: (command: RunnerCommand) => void) {
    this.#send = send;
  }

  event(event: RunnerEvent): void {
    if (event.event === 'ui_request') void this.#ask(event);
    if (event.event === 'ui_resolved') this.#close(event.request_id);
  }

  async #ask(prompt: Prompt): Promise<void> {
    const source = new vscode.CancellationTokenSource();
    this.#open.set(prompt.request_id, source);
    while (this.#open.has(prompt.request_id)) {
      const value = await ask(prompt, source.token);
      if (!this.#open.has(prompt.request_id)) return; // answered elsewhere, timed out, or stopped
      if (value !== undefined) {
        this.#close(prompt.request_id);
        this.#send({ command: 'ui_response', request_id: prompt.request_id, value });
        return;
      }
      await vscode.window.showWarningMessage(
        vscode.l10n.t('The test waits for an answer: {0}', prompt.message),
        vscode.l10n.t('Answer'),
      );
    }
  }

  #close(id: string): void {
    this.#open.get(id)?.cancel();
    this.#open.get(id)?.dispose();
    this.#open.delete(id);
  }

  dispose(): void {
    for (const id of [...this.#open.keys()]) this.#close(id);
  }
}

/** A box that stays until it is answered: its prompt shows the whole message, as many lines as it has. */
async function ask(prompt: Prompt, token: vscode.CancellationToken): Promise<string | undefined> {
  const typed = await vscode.window.showInputBox(
    {
      title: vscode.l10n.t('Operator prompt'),
      prompt: prompt.message,
      placeHolder: prompt.text_input ? '' : vscode.l10n.t('Press Enter to continue'),
      ignoreFocusOut: true,
    },
    token,
  );
  return prompt.text_input || typed === undefined ? typed : '';
}
