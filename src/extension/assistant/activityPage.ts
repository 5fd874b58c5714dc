import * as vscode from 'vscode';
import { editorTools } from '../../shared/assistant/editorTools.ts';
import { type ActivityConsent, type ActivityEntry, assistant } from '../../shared/contract/assistantActivity.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import { oneLine } from '../../shared/format/oneLine.ts';
import { newestEntries } from '../client/pages.ts';
import type { Connection } from '../connection/connection.ts';
import type { ActivityLog } from './activityLog.ts';

const maxEntries = 500;

interface ListedEntry extends ActivityEntry {
  readonly source: string;
}

/** Returns the calls of assistants: those that this window answered, and those of the server in use. */
export async function activityText(connection: Connection, log: ActivityLog): Promise<string> {
  const own = (await log.read()).map((entry): ListedEntry => ({ ...entry, source: 'VS Code' }));
  let problem: string | undefined;
  const fromServer = await serverEntries(connection).catch((error: unknown) => {
    problem = vscode.l10n.t('The calls that the server answered could not be loaded: {0}', messageOf(error));
    return [];
  });
  const all = [...own, ...fromServer].sort((a, b) => Date.parse(b.at) - Date.parse(a.at)).slice(0, maxEntries);
  const head = [
    vscode.l10n.t('Calls of assistants, the newest first. Arguments and results are cut, and contain no keys.'),
    ...(problem === undefined ? [] : [oneLine(problem, 500)]),
    ...(all.length === 0 ? ['', vscode.l10n.t('No assistant has called a tool yet.')] : []),
  ];
  return [...head, ...all.flatMap(entryLines)].join('\n');
}

async function serverEntries(connection: Connection): Promise<ListedEntry[]> {
  if (!(await connection.can('assistants'))) return [];
  const { entries } = await newestEntries(maxEntries, (query) => connection.call(assistant.activity, { query }));
  return entries.map((entry) => ({ ...entry, source: connection.serverName }));
}

function entryLines({ at, tool, arguments: given, result, consent, source }: ListedEntry): string[] {
  const time = new Date(at).toLocaleString(vscode.env.language, { dateStyle: 'medium', timeStyle: 'medium' });
  const name = editorTools.find((each) => each.name === tool)?.title ?? tool;
  const consentText = consentTextOf(consent);
  const head = [time, oneLine(name, 100), oneLine(source, 100), ...(consentText === '' ? [] : [consentText])];
  return [
    '',
    head.join(' · '),
    `    ${vscode.l10n.t('Arguments')}: ${oneLine(given, 2_000)}`,
    `    ${vscode.l10n.t('Result')}: ${oneLine(result, 2_000)}`,
  ];
}

const consentTextOf = (consent: ActivityConsent): string =>
  ({
    notNeeded: '',
    once: vscode.l10n.t('allowed by the user'),
    budget: vscode.l10n.t('within the runs that the user allowed'),
    declined: vscode.l10n.t('declined by the user'),
    refused: vscode.l10n.t('refused'),
  })[consent];
