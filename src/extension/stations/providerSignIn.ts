import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { withoutIcons } from '../../shared/format/markdown.ts';
import { oneLine } from '../../shared/format/oneLine.ts';
import { ApiError } from '../client/apiError.ts';
import type { BegunSignIn, Connection } from '../connection/connection.ts';
import type { RemoteServerEntry } from '../connection/serverList.ts';
import { showInformation } from '../vscode/messages.ts';
import type { Step } from '../vscode/steps.ts';
import type { VerifiedKey } from './serverQuestions.ts';

const pollIntervalMs = 2_000;

export async function askHow(step: Step, provider: string): Promise<'provider' | 'key'> {
  const host = withoutIcons(oneLine(provider));
  const picked = await step.pick(
    [
      {
        label: `$(account) ${vscode.l10n.t('Sign In with {0}', host)}`,
        detail: vscode.l10n.t('Opens your browser'),
        how: 'provider' as const,
      },
      { label: `$(key) ${vscode.l10n.t('Use a User Key')}`, how: 'key' as const },
    ],
    vscode.l10n.t('How do you want to sign in?'),
  );
  return picked.how;
}

export async function signInWithProvider(connection: Connection, place: RemoteServerEntry): Promise<VerifiedKey> {
  const begun = await connection.beginSignIn(place);
  void openPage(begun);
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t('Sign in to {0} in your browser. It shows the code {1}.', new URL(place.url).host, begun.code),
    cancellable: true,
  };
  const { api_key, name } = await vscode.window.withProgress(options, (_progress, token) =>
    waitForKey(connection, place, begun, token),
  );
  return { key: api_key, name: oneLine(name), place };
}

async function openPage({ url }: BegunSignIn): Promise<void> {
  const isOpen = await vscode.env.openExternal(vscode.Uri.parse(url, true)).then(
    (opened) => opened,
    () => false,
  );
  if (isOpen) return;
  const copy = vscode.l10n.t('Copy Address');
  const message = vscode.l10n.t('The browser was not opened. Copy the address of the sign-in, and open it yourself.');
  if ((await showInformation(message, copy)) === copy) await vscode.env.clipboard.writeText(url);
}

async function waitForKey(
  connection: Connection,
  place: RemoteServerEntry,
  begun: BegunSignIn,
  token: vscode.CancellationToken,
) {
  const canceled = new AbortController();
  token.onCancellationRequested(() => canceled.abort());
  for (;;) {
    await delay(pollIntervalMs, undefined, { signal: canceled.signal }).catch(() => {
      throw new vscode.CancellationError();
    });
    try {
      const signedIn = await connection.finishSignIn(place, begun);
      if (signedIn !== null) return signedIn;
    } catch (error) {
      // The network may be back at the next question. The server ends the sign-in after ten minutes.
      if (!(error instanceof ApiError && error.kind === 'offline')) throw error;
    }
  }
}
