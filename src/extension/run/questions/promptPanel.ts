import * as vscode from 'vscode';
import { dispatch, type Handlers } from '../../../shared/contract/messages.ts';
import { type FromPrompt, fromPrompt, type PromptImage, type ToPrompt } from '../../../shared/contract/promptView.ts';
import type { RunnerEvent } from '../../../shared/contract/runner.ts';
import { webviewOptions, webviewPage } from '../../vscode/webviewPage.ts';
import { promptImage } from './promptImage.ts';

type Prompt = RunnerEvent & { event: 'ui_request' };

/** Where prompts with an image are shown. */
export interface PromptPlaces {
  /** The installed extension. */
  readonly extension: vscode.Uri;
  /** Paths at which an image's relative one may begin. */
  readonly folders: readonly string[];
}

/** A question in the page, until its answer is there. */
interface Asked {
  readonly prompt: Prompt;
  readonly image: PromptImage;
  readonly answer: (value: string | undefined) => void;
}

/**
 * Asks in a page beside the editor what comes with an image, which an input box cannot show. The page stays until the run
 * ends, so that the editors do not jump with each question.
 */
export class PromptPanel implements vscode.Disposable {
  readonly #where: string;
  readonly #places: PromptPlaces;
  #panel: vscode.WebviewPanel | undefined;
  /** The one in sight is the last. */
  readonly #asked: Asked[] = [];

  /** @param where the script and its station, as the user reads it */
  constructor(where: string, places: PromptPlaces) {
    this.#where = where;
    this.#places = places;
  }

  /**
   * @param address the prompt's image
   * @returns undefined when the user closes the page, or the token is cancelled
   */
  async ask(prompt: Prompt, address: string, token: vscode.CancellationToken): Promise<string | undefined> {
    const image = await promptImage(address, this.#places.folders);
    if (token.isCancellationRequested) return undefined;
    const { promise, resolve: answer } = Promise.withResolvers<string | undefined>();
    const asked: Asked = { prompt, image, answer };
    const cancelled = token.onCancellationRequested(() => answer(undefined));
    this.#asked.push(asked);
    if (this.#panel === undefined) this.#panel = this.#open();
    else {
      this.#panel.reveal();
      this.#show();
    }
    try {
      return await promise;
    } finally {
      cancelled.dispose();
      this.#asked.splice(this.#asked.indexOf(asked), 1);
      this.#show();
    }
  }

  #open(): vscode.WebviewPanel {
    const { extension } = this.#places;
    const title = vscode.l10n.t('Operator prompt');
    const place = { viewColumn: vscode.ViewColumn.Beside };
    const panel = vscode.window.createWebviewPanel('testStations.prompt', title, place, webviewOptions(extension));
    panel.webview.onDidReceiveMessage((message: unknown) => {
      const { data } = fromPrompt.safeParse(message);
      if (data !== undefined) dispatch(this.#handlers, data);
    });
    panel.onDidDispose(() => {
      this.#panel = undefined;
      for (const { answer } of this.#asked) answer(undefined);
    });
    panel.webview.html = webviewPage(panel.webview, extension, 'prompt', this.#where);
    return panel;
  }

  readonly #handlers: Handlers<FromPrompt> = {
    ready: () => this.#show(),
    answer: ({ request_id, value }) =>
      this.#asked.find(({ prompt }) => prompt.request_id === request_id)?.answer(value),
    openImage: () => {
      const image = this.#asked.at(-1)?.image;
      // VS Code asks before it opens what it does not trust.
      if (image?.kind === 'address') void vscode.env.openExternal(vscode.Uri.parse(image.address, true));
    },
  };

  #show(): void {
    const where = this.#where;
    const { prompt, image } = this.#asked.at(-1) ?? {};
    const message: ToPrompt =
      prompt === undefined || image === undefined
        ? { type: 'none', where }
        : {
            type: 'prompt',
            request_id: prompt.request_id,
            where,
            message: prompt.message,
            text_input: prompt.text_input,
            image,
          };
    void this.#panel?.webview.postMessage(message);
  }

  dispose(): void {
    this.#panel?.dispose();
  }
}
