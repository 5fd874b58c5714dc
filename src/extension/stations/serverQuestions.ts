import * as vscode from 'vscode';
import { messageOf } from '../../shared/format/messageOf.ts';
import { ApiError } from '../client/apiError.ts';
import type { Connection } from '../connection/connection.ts';
import type { RemoteServerEntry } from '../connection/serverList.ts';
import { showError } from '../vscode/messages.ts';
import { pickFile } from '../vscode/pick.ts';
import type { Step } from '../vscode/steps.ts';

export const cloud = 'https://www.tofupilot.app';

interface PlaceQuestion {
  readonly value: string;
  readonly prompt: string;
  readonly example: string;
}

export function isUnencrypted(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && !/^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
}

/**
 * Asks for the address of a server until one answers there, so that no key is asked for in vain.
 * @param placeOf returns the server at an address, with what is known of it
 * @returns the server, with its CA file if one had to be chosen, and what was typed
 */
export async function askPlace(
  step: Step,
  connection: Connection,
  placeOf: (url: string) => RemoteServerEntry,
  { value, prompt, example }: PlaceQuestion,
): Promise<{ place: RemoteServerEntry; typed: string }> {
  let place: RemoteServerEntry = placeOf(example);
  let typed = value;
  for (;;) {
    try {
      await step.text({
        value,
        prompt,
        validate: (text) =>
          originOf(text) === undefined ? vscode.l10n.t('This is not an address, such as {0}.', example) : undefined,
        verify: (text) => {
          typed = text;
          const url = originOf(text) ?? example; // The step refuses a text that is not an address.
          if (url !== place.url) place = placeOf(url);
          return problemOf(connection, place);
        },
      });
      return { place, typed };
    } catch (error) {
      if (!(error instanceof ApiError && error.kind === 'untrusted')) throw error;
      // The file dialog closes the step where VS Code shows it as a quick pick, so the step is over here.
      place = { ...place, caFile: await offerCaFile(error.message) };
      const problem = await problemOf(connection, place);
      if (problem === undefined) return { place, typed };
      void showError(problem);
    }
  }
}

/** @returns why the server cannot be reached, or undefined. @throws ApiError if its certificate is not trusted */
async function problemOf(connection: Connection, place: RemoteServerEntry): Promise<string | undefined> {
  try {
    await connection.tryToReach(place);
    return undefined;
  } catch (error) {
    if (error instanceof ApiError && error.kind === 'untrusted') throw error;
    return messageOf(error);
  }
}

/** Accepts an address with or without scheme, path and `/api`. */
function originOf(typed: string): string | undefined {
  const text = typed.trim();
  const withScheme = /^https?:\/\//i.test(text) ? text : `https://${text}`;
  return text !== '' && URL.canParse(withScheme) ? new URL(withScheme).origin : undefined;
}

export interface VerifiedKey {
  readonly key: string;
  readonly name: string;
  readonly place: RemoteServerEntry;
}

/** Asks for a user key until the server knows it. What was typed stays in the box meanwhile. */
export async function askKey(
  step: Step,
  connection: Connection,
  place: RemoteServerEntry,
  typed = '',
): Promise<VerifiedKey> {
  const input = vscode.window.createInputBox();
  let key = typed;
  input.value = typed;
  input.prompt = vscode.l10n.t(
    'Your user key for {0}, created in the dashboard under Settings. It is kept in VS Code’s secret storage.',
    new URL(place.url).host,
  );
  input.password = true;
  try {
    return await step.show<VerifiedKey>(input, (done, failed) => {
      input.onDidChangeValue(() => (input.validationMessage = undefined));
      input.onDidAccept(() => {
        input.busy = true;
        key = input.value.trim();
        void verifyKey(connection, place, key)
          .then((answer) => {
            if (typeof answer === 'string') input.validationMessage = answer;
            else done(answer);
          }, failed)
          .finally(() => (input.busy = false));
      });
    });
  } catch (error) {
    if (!(error instanceof ApiError && error.kind === 'untrusted')) throw error;
    const caFile = await offerCaFile(error.message);
    return await askKey(step, connection, { ...place, caFile }, key);
  }
}

/** @returns the sentence that says why not, or the key with its owner. @throws ApiError if the certificate is not trusted */
async function verifyKey(connection: Connection, place: RemoteServerEntry, key: string): Promise<VerifiedKey | string> {
  if (key === '') return vscode.l10n.t('Paste your user key.');
  try {
    const owner = await connection.ownerOf(place, key);
    if (owner !== null) return { key, name: owner.name ?? owner.email, place };
    return vscode.l10n.t('This is the key of a station. A user key is needed here.');
  } catch (error) {
    if (!(error instanceof ApiError) || error.kind === 'untrusted') throw error;
    if (error.kind !== 'unauthorized' && error.kind !== 'forbidden') return error.message;
    return vscode.l10n.t('{0} does not know this key.', new URL(place.url).host);
  }
}

async function offerCaFile(message: string): Promise<string> {
  const choose = vscode.l10n.t('Choose CA File');
  const chosen = await showError(message, { modal: true }, choose);
  if (chosen !== choose) throw new vscode.CancellationError();
  return askCaFile();
}

export async function askCaFile(): Promise<string> {
  const file = await pickFile({
    title: vscode.l10n.t('Certificates of the authority (PEM)'),
    openLabel: vscode.l10n.t('Trust'),
    filters: { [vscode.l10n.t('Certificates')]: ['pem', 'crt', 'cer'] },
  });
  return file.fsPath;
}
