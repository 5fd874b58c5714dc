import * as vscode from 'vscode';
import { audit, type AuditEntry } from '../../shared/contract/audit.ts';
import type { Answer } from '../../shared/contract/operation.ts';
import { oneLine } from '../../shared/format/oneLine.ts';
import { newestEntries } from '../client/pages.ts';
import type { Connection } from '../connection/connection.ts';

const maxShown = 500;
const pageSize = 100;

export async function* auditPages(connection: Connection): AsyncGenerator<readonly AuditEntry[], void> {
  let cursor: number | null = 0;
  while (cursor !== null) {
    const { data, meta }: Answer<typeof audit.list> = await connection.call(audit.list, {
      query: { limit: pageSize, cursor },
    });
    yield data;
    cursor = meta.next_cursor;
  }
}

export async function auditText(connection: Connection): Promise<string> {
  const { entries, hasMore } = await newestEntries(maxShown, (query) => connection.call(audit.list, { query }));
  const head = [
    vscode.l10n.t('What people changed on {0}, the newest first.', connection.serverName),
    vscode.l10n.t('Runs are not listed: each run names who pushed it.'),
  ];
  const more = hasMore
    ? ['', vscode.l10n.t('These are the newest {0} entries. Export the audit log to see all.', maxShown)]
    : [];
  return [...head, ...entries.flatMap(entryLines), ...more].join('\n');
}

function entryLines({ at, user_name, operation, input, target_id, outcome }: AuditEntry): string[] {
  const time = new Date(at).toLocaleString(vscode.env.language, { dateStyle: 'medium', timeStyle: 'medium' });
  const head = [time, oneLine(user_name, 100), oneLine(operation, 100), outcomeText(outcome)];
  return [
    '',
    head.join(' · '),
    ...(input === '{}' ? [] : [`    ${oneLine(input, 2_000)}`]),
    ...(target_id === null || input.includes(target_id)
      ? []
      : [`    ${vscode.l10n.t('ID')}: ${oneLine(target_id, 100)}`]),
  ];
}

const outcomeText = (outcome: AuditEntry['outcome']): string =>
  ({
    started: vscode.l10n.t('started, and perhaps done'),
    done: vscode.l10n.t('done'),
    refused: vscode.l10n.t('refused'),
  })[outcome];
