import * as vscode from 'vscode';
import { type RunListItem, runs } from '../../../shared/contract/runs.ts';
import { ago } from '../../../shared/format/ago.ts';
import { escapeMarkdown } from '../../../shared/format/markdown.ts';
import { messageOf } from '../../../shared/format/messageOf.ts';
import { hasIdOrIdentifier, type ProcedureReference } from '../../../shared/run/procedureChoice.ts';
import { listProcedures } from '../../connection/procedureLinks.ts';
import type { Services } from '../../connection/services.ts';
import type { Week } from '../../connection/stationSource.ts';
import type { StationName } from '../../connection/stationStore.ts';
import { yieldSentences } from '../../connection/yieldSentences.ts';
import { outcomeIcon } from '../../vscode/outcomeIcons.ts';
import { rangeOf } from '../../vscode/scriptReader.ts';

const lastRunCount = 5;

const openRun = 'testStations.openRun';

export const procedureHover = (services: Services): vscode.HoverProvider => ({
  provideHover: async (document, position) => {
    const { selected } = services.store;
    if (selected === undefined) return undefined;
    const { procedures: named } = await services.reader.marks(document);
    const offset = document.offsetAt(position);
    const mark = named.find(({ literal }) => literal.from <= offset && offset <= literal.to);
    return mark && new vscode.Hover(await textOf(services, mark.id, selected), rangeOf(document, mark.literal));
  },
});

async function textOf(
  { connection, store }: Services,
  scriptId: string,
  station: StationName,
): Promise<vscode.MarkdownString> {
  const text = new vscode.MarkdownString('', true);
  text.isTrusted = { enabledCommands: [openRun] };
  const isNamed = (procedure: ProcedureReference): boolean => hasIdOrIdentifier(procedure, scriptId);
  try {
    await store.updateStation(station.id);
    const linked = store.station(station.id)?.procedures.find(isNamed);
    const procedure = linked ?? (await listProcedures(connection)).find(isNamed);
    if (procedure === undefined) {
      const message = vscode.l10n.t('No procedure {0} on {1}.', scriptId, connection.serverName);
      return text.appendMarkdown(escapeMarkdown(message));
    }
    text.appendMarkdown(heading(procedure, station.name, linked !== undefined));
    if (linked !== undefined) {
      const week = store.details(station.id)?.week.get(procedure.id);
      text.appendMarkdown(`\n\n${escapeMarkdown(weekSentence(week, station.name))}`);
    }
    const query = { procedure_ids: [procedure.id], created_by_station_ids: [station.id], limit: lastRunCount };
    text.appendMarkdown(runLines((await connection.call(runs.list, { query })).data));
  } catch (error) {
    text.appendMarkdown(`\n\n${escapeMarkdown(messageOf(error))}`);
  }
  return text;
}

function heading({ name, identifier }: ProcedureReference, station: string, isLinked: boolean): string {
  const short = identifier && identifier !== name ? ` · ${escapeMarkdown(identifier)}` : '';
  const link = isLinked ? vscode.l10n.t('Linked to {0}', station) : vscode.l10n.t('Not linked to {0}', station);
  return `**${escapeMarkdown(name)}**${short}\n\n$(${isLinked ? 'link' : 'warning'}) ${escapeMarkdown(link)}`;
}

function weekSentence(week: Week | undefined, station: string): string {
  if (week === undefined || week.runs === 0) return vscode.l10n.t('No runs on {0} in the last 7 days.', station);
  const runs = vscode.l10n.t('Runs on {0} in the last 7 days: {1}.', station, week.runs);
  return week.yield === null ? runs : `${runs} ${yieldSentences(week.yield)}`;
}

function runLines(list: readonly RunListItem[]): string {
  const lines = list.map(({ id, outcome, started_at, unit }) => {
    const link = `command:${openRun}?${encodeURIComponent(JSON.stringify([id]))}`;
    const when = escapeMarkdown(ago(started_at, Date.now(), vscode.env.language));
    return `- $(${outcomeIcon(outcome).id}) ${outcome} · [${escapeMarkdown(unit.serial_number)}](${link}) · ${when}`;
  });
  return lines.length === 0 ? '' : `\n\n---\n\n${lines.join('\n')}`;
}
