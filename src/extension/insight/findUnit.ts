import * as vscode from 'vscode';
import { type RunListItem, runs } from '../../shared/contract/runs.ts';
import { type UnitListItem, units } from '../../shared/contract/units.ts';
import { oneLine } from '../../shared/format/oneLine.ts';
import type { Connection } from '../connection/connection.ts';
import { plainLabel } from '../vscode/messages.ts';
import { outcomeIcon } from '../vscode/outcomeIcons.ts';
import { shortTime } from '../vscode/shortTime.ts';
import { type Found, pickBySearch } from './liveSearch.ts';

const maxUnits = 50;
const maxRuns = 10;

const beginOfId = /^[0-9a-f]{8}(-[0-9a-f-]*)?$/i;
const wholeId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const isBeginOfId = (text: string): boolean => beginOfId.test(text) && text.length <= 36;

type UnitOrRun = { readonly serialNumber: string } | { readonly run: string };

export function pickUnitOrRun(connection: Connection): Promise<UnitOrRun> {
  return pickBySearch<UnitOrRun>({
    title: vscode.l10n.t('Find unit or run'),
    placeholder: vscode.l10n.t('Scan or type a serial number, or the first 8 characters of a run ID'),
    nothingFound: (text) => nothingFound(connection, text),
    search: async (text) => {
      const [found, runsById] = await Promise.all([findUnits(connection, text), findRunsById(connection, text)]);
      return [
        ...runsById.map((run) => ({ ...runRow(run), value: { run: run.id }, isExact: true })),
        ...found.map((unit) => unitRow(unit, text)),
      ];
    },
  });
}

export function pickRun(connection: Connection, title: string, except?: string): Promise<string> {
  return pickBySearch<string>({
    title,
    placeholder: vscode.l10n.t('Scan or type a serial number, or the first 8 characters of a run ID'),
    nothingFound: (text) => nothingFound(connection, text),
    search: async (text) => {
      const search = text === '' ? {} : wholeId.test(text) ? { ids: [text] } : { search_query: text };
      const { data } = await connection.call(runs.list, { query: { ...search, limit: maxUnits } });
      return data
        .filter(({ id }) => id !== except)
        .map((run) => ({ ...runRow(run), value: run.id, isExact: isOfId(run, text) }));
    },
  });
}

export function pickUnit(connection: Connection, title: string): Promise<string> {
  return pickBySearch<string>({
    title,
    placeholder: vscode.l10n.t('Scan or type a serial number'),
    nothingFound: (text) => nothingFound(connection, text),
    search: async (text) => {
      const found = await findUnits(connection, text);
      return found.map((unit) => ({ ...unitRow(unit, text), value: unit.serial_number }));
    },
  });
}

const nothingFound = (connection: Connection, text: string): string =>
  vscode.l10n.t('No unit or run on {0} matches “{1}”.', connection.serverName, oneLine(text));

/** Returns the unit with exactly this serial number first, then units whose serial numbers contain the text. */
async function findUnits(connection: Connection, text: string): Promise<UnitListItem[]> {
  const recent = { limit: maxUnits, sort_by: 'last_run_at' } as const;
  if (text === '') return (await connection.call(units.list, { query: recent })).data;
  const [exact, similar] = await Promise.all([
    connection.call(units.list, { query: { serial_numbers: [text], limit: 1 } }),
    connection.call(units.list, { query: { ...recent, search_query: text } }),
  ]);
  const [first] = exact.data;
  return [...exact.data, ...similar.data.filter(({ id }) => id !== first?.id)];
}

async function findRunsById(connection: Connection, text: string): Promise<RunListItem[]> {
  if (!isBeginOfId(text)) return [];
  const search = wholeId.test(text) ? { ids: [text.toLowerCase()] } : { search_query: text };
  const { data } = await connection.call(runs.list, { query: { ...search, limit: maxRuns } });
  return data.filter((run) => isOfId(run, text));
}

const isOfId = ({ id }: RunListItem, text: string): boolean => isBeginOfId(text) && id.startsWith(text.toLowerCase());

function unitRow(unit: UnitListItem, text: string): Found<UnitOrRun> {
  const { serial_number: serialNumber, part, last_run: last } = unit;
  const when =
    last === null ? vscode.l10n.t('never tested') : `${last.outcome} · ${shortTime(new Date(last.started_at))}`;
  return {
    label: plainLabel(serialNumber),
    description: [plainLabel(part.number), when, ...(last === null ? [] : [plainLabel(last.procedure.name)])].join(
      ' · ',
    ),
    iconPath: last === null ? new vscode.ThemeIcon('circle-large-outline') : outcomeIcon(last.outcome),
    value: { serialNumber },
    isExact: serialNumber === text,
  };
}

function runRow(run: RunListItem): vscode.QuickPickItem {
  const when = shortTime(new Date(run.started_at));
  const station = run.created_by_station?.name;
  return {
    label: plainLabel(run.unit.serial_number),
    description: [
      run.outcome,
      when,
      plainLabel(run.procedure.name),
      ...(station === undefined ? [] : [plainLabel(station)]),
      vscode.l10n.t('run {0}', run.id.slice(0, 8)),
    ].join(' · '),
    iconPath: outcomeIcon(run.outcome),
  };
}
