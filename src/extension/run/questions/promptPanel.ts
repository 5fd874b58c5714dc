import * as vscode from 'vscode';
import { dispatch, type Handlers } from '../../../shared/contract/messages.ts';
import { type FromPrompt, fromPrompt, type PromptImage, type ToPrompt } from '../../../shared/contract/promptView.ts';
import type { RunnerEvent } from '../../../shared/contract/runner.ts';
import { readPromptImage, withPictures } from '../../connection/promptImage.ts';
import { webviewOptions, webviewPage } from '../../vscode/webviewPage.ts';

export type PromptRequest = RunnerEvent & { event: 'ui_request' };

export interface PromptFolders {
  readonly extension: vscode.Uri;
  readonly folders: readonly string[];
}

interface OpenPrompt {
  readonly prompt: PromptRequest;
  readonly image: PromptImage | null;
  readonly answer: (value: string | undefined) => void;
}

/**
 * Shows prompts with an image or a form in a panel beside the editor, because an input box cannot show them. The panel stays open
 * until the run ends, so that the editor layout does not change with every prompt.
 */
export class PromptPanel implements vscode.Disposable {
  readonly #where: string;
  readonly #folders: PromptFolders;
  #panel: vscode.WebviewPanel | undefined;
  readonly #open: OpenPrompt[] = [];

  constructor(where: string, folders: PromptFolders) {
    this.#where = where;
    this.#folders = folders;
  }

  /**
   * @param address the address of the prompt's image; null if it has none
   * @returns undefined when the user closes the panel, or the token is cancelled
   */
  async ask(
    prompt: PromptRequest,
    address: string | null,
    token: vscode.CancellationToken,
  ): Promise<string | undefined> {
    const image = address === null ? null : readPromptImage(address, this.#folders.folders);
    const form = withPictures(prompt.form, this.#folders.folders);
    const { promise, resolve: answer } = Promise.withResolvers<string | undefined>();
    const open: OpenPrompt = { prompt: { ...prompt, form }, image, answer };
    const cancelled = token.onCancellationRequested(() => answer(undefined));
    this.#open.push(open);
    if (this.#panel === undefined) {
      this.#panel = this.#createPanel();
    } else {
      this.#panel.reveal();
      this.#update();
    }
    try {
      return await promise;
    } finally {
      cancelled.dispose();
      this.#open.splice(this.#open.indexOf(open), 1);
      this.#update();
    }
  }

  #createPanel(): vscode.WebviewPanel {
    const { extension } = this.#folders;
    const title = vscode.l10n.t('Operator prompt');
    const place = { viewColumn: vscode.ViewColumn.Beside };
    const panel = vscode.window.createWebviewPanel('testStations.prompt', title, place, webviewOptions(extension));
    panel.webview.onDidReceiveMessage((message: unknown) => {
      const { data } = fromPrompt.safeParse(message);
      if (data !== undefined) dispatch(this.#handlers, data);
    });
    panel.onDidDispose(() => {
      this.#panel = undefined;
      for (const { answer } of this.#open) answer(undefined);
    });
    panel.webview.html = webviewPage(panel.webview, extension, 'prompt', this.#where);
    return panel;
  }

  readonly #handlers: Handlers<FromPrompt> = {
    ready: () => this.#update(),
    answer: ({ request_id, value }) => this.#open.find(({ prompt }) => prompt.request_id === request_id)?.answer(value),
    openImage: () => {
      const image = this.#open.at(-1)?.image;
      // VS Code asks the user before it opens an untrusted address.
      if (image?.kind === 'address') void vscode.env.openExternal(vscode.Uri.parse(image.address, true));
    },
  };

  #update(): void {
    void this.#panel?.webview.postMessage(this.#message());
  }

  #message(): ToPrompt {
    const where = this.#where;
    const open = this.#open.at(-1);
    if (open === undefined) return { type: 'none', where };
    const { request_id, message, text_input, form } = open.prompt;
    return { type: 'prompt', request_id, where, message, text_input, image: open.image, form };
  }

  dispose(): void {
    this.#panel?.dispose();
  }
}
