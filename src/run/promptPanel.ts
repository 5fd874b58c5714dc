import * as vscode from 'vscode';
import { type FromPrompt, fromPrompt, type PromptImage, type ToPrompt } from '../contract/promptView.ts';
import type { RunnerEvent } from '../contract/runner.ts';
import { dispatch, type Handlers } from '../domain/messages.ts';
import { webviewOptions, webviewPage } from '../platform/webviewPage.ts';
import { promptImage } from './promptImage.ts';

type Prompt = RunnerEvent & { event: 'ui_request' };

/** Where prompts with an image are shown. */
export interface PromptPlaces {
  /** The installed extension. */
  readonly extension: vscode.Uri;
  /** Paths at which an image's relative one may begin. */
  readonly folders: readonly string[];
}

/**
 * Asks in a page beside the editor, because an input box shows no image.
 * @param where the script and its station, as the user reads it
 * @param address the prompt's image
 * @returns undefined when the user closes the page, or the token is cancelled
 */
export async function askWithImage(
  prompt: Prompt,
  address: string,
  where: string,
  { extension, folders }: PromptPlaces,
  token: vscode.CancellationToken,
): Promise<string | undefined> {
  const image = await promptImage(address, folders);
  if (token.isCancellationRequested) return undefined;
  const column = { viewColumn: vscode.ViewColumn.Beside };
  const title = vscode.l10n.t('Operator prompt');
  const panel = vscode.window.createWebviewPanel('testStations.prompt', title, column, webviewOptions(extension));
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const handlers = handlersOf(panel.webview, prompt, where, image, resolve);
  const subscriptions = [
    panel.webview.onDidReceiveMessage((message: unknown) => {
      const { data } = fromPrompt.safeParse(message);
      if (data !== undefined) dispatch(handlers, data);
    }),
    panel.onDidDispose(() => resolve(undefined)),
    token.onCancellationRequested(() => resolve(undefined)),
  ];
  panel.webview.html = webviewPage(panel.webview, extension, 'prompt', prompt.request_id);
  try {
    return await promise;
  } finally {
    vscode.Disposable.from(...subscriptions, panel).dispose();
  }
}

function handlersOf(
  webview: vscode.Webview,
  { message, text_input }: Prompt,
  where: string,
  image: PromptImage,
  answer: (value: string) => void,
): Handlers<FromPrompt> {
  return {
    ready: () => webview.postMessage({ type: 'prompt', where, message, text_input, image } satisfies ToPrompt),
    answer: ({ value }) => answer(text_input ? value : ''),
    // VS Code asks before it opens what it does not trust.
    openImage: () => image.kind === 'address' && vscode.env.openExternal(vscode.Uri.parse(image.address, true)),
  };
}
