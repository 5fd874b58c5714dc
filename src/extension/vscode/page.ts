import type * as vscode from 'vscode';
import type * as z from 'zod';
import { dispatch, type Handlers } from '../../shared/contract/messages.ts';
import type { Commands } from './commands.ts';
import { webviewPage } from './webviewPage.ts';

interface PageServices {
  readonly context: Pick<vscode.ExtensionContext, 'extensionUri'>;
  readonly commands: Commands;
}

/** The page in a panel: each valid message of its webview goes to a handler, whose error is shown. */
export abstract class Page<From extends { type: string }, To> implements vscode.Disposable {
  protected readonly panel: vscode.WebviewPanel;
  protected abstract readonly handlers: Handlers<From>;

  constructor(
    panel: vscode.WebviewPanel,
    { context, commands }: PageServices,
    view: string,
    subject: string,
    messages: z.ZodType<From>,
  ) {
    this.panel = panel;
    panel.webview.onDidReceiveMessage(async (message: unknown) => {
      try {
        await dispatch(this.handlers, messages.parse(message));
      } catch (error) {
        await commands.show(error);
      }
    });
    panel.webview.html = webviewPage(panel.webview, context.extensionUri, view, subject);
  }

  reveal(): unknown {
    this.panel.reveal();
    return undefined;
  }

  dispose(): void {
    this.panel.dispose();
  }

  protected post(message: To): void {
    void this.panel.webview.postMessage(message);
  }
}
