import * as vscode from 'vscode';
import { editorTools } from '../../shared/assistant/editorTools.ts';
import { type ActivityConsent, type ActivityEntry, assistant } from '../../shared/contract/assistantActivity.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import { oneLine } from '../../shared/format/oneLine.ts';
import type { Connection } from '../connection/connection.ts';
import { TextPage } from '../vscode/textPage.ts';
import type { ActivityLog } from './activityLog.ts';

const maxEntries = 500;
const pageSize = 100;

interface ListedEntry extends ActivityEntry {
  readonly source: string;
}

/** A read-only page with the calls of assistants: those that this window answered, and those of the server in use. */
export class ActivityPage implements vscode.Disposable {
  readonly #connection: Connection;
  readonly #log: ActivityLog;
  readonly #page = new TextPage('test-stations-activity', vscode.l10n.t('Assistant Activity'));

  constructor(connection: Connection, log: ActivityLog) {
    this.#connection = connection;
    this.#log = log;
  }

  async show(): Promise<void> {
    await this.#page.show(await this.#text());
  }

  async #text(): Promise<string> {
    const window = 'VS Code';
    const own = (await this.#log.read()).map((entry): ListedEntry => ({ ...entry, source: window }));
    let problem: string | undefined;
    const fromServer = await this.#fromServer().catch((error: unknown) => {
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

  async #fromServer(): Promise<ListedEntry[]> {
    if (!(await this.#connection.can('assistants'))) return [];
    const found: ListedEntry[] = [];
    const source = this.#connection.serverName;
    for (let cursor = 0; found.length < maxEntries;) {
      const { data, meta } = await this.#connection.call(assistant.activity, { query: { limit: pageSize, cursor } });
      found.push(...data.map((entry) => ({ ...entry, source })));
      if (!meta.has_more || meta.next_cursor === null) break;
      cursor = meta.next_cursor;
    }
    return found;
  }

  dispose(): void {
    this.#page.dispose();
  }
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
