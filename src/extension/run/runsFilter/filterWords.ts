import * as vscode from 'vscode';
import { oneLine } from '../../../shared/format/oneLine.ts';
import { localTime, type RunsFilter } from '../../../shared/run/runsFilter.ts';
import { plainLabel } from '../../vscode/messages.ts';

export function filterWords(filter: RunsFilter, selected: string | undefined): string {
  const { outcomes, failedMeasurements, procedures, parts, operators, serialNumber } = filter;
  const { l10n } = vscode;
  return [
    ...(serialNumber === '' ? [] : [`“${oneLine(serialNumber)}”`]),
    ...(outcomes.length === 0 ? [] : [anyOf(outcomes)]),
    ...(failedMeasurements.length === 0 ? [] : [l10n.t('{0} failed', anyOf(failedMeasurements))]),
    ...timeParts(filter.time),
    ...(procedures.length === 0 ? [] : [anyOf(procedures.map(({ name }) => name))]),
    ...(parts.length === 0 ? [] : [l10n.t('part {0}', anyOf(parts))]),
    ...(operators.length === 0 ? [] : [l10n.t('operator {0}', anyOf(operators.map(({ name }) => name)))]),
    stationsWords(filter.stations, selected),
  ].join(' · ');
}

export function stationsWords(stations: RunsFilter['stations'], selected: string | undefined): string {
  if (stations === 'all') return vscode.l10n.t('all stations');
  if (stations === 'selected') return selected === undefined ? vscode.l10n.t('selected station') : plainLabel(selected);
  return anyOf(stations.map(({ name }) => name));
}

export const anyOf = (values: readonly string[]): string =>
  new Intl.ListFormat(vscode.env.language, { type: 'disjunction' }).format(values.map((each) => plainLabel(each)));

const timeParts = (time: RunsFilter['time']): string[] => (time.kind === 'any' ? [] : [timeWords(time)]);

export function timeWords(time: RunsFilter['time']): string {
  switch (time.kind) {
    case 'any':
      return vscode.l10n.t('at any time');
    case 'today':
      return vscode.l10n.t('today');
    case 'last':
      return time.hours <= 24
        ? vscode.l10n.t('in the last {0} hours', time.hours)
        : vscode.l10n.t('in the last {0} days', Math.round(time.hours / 24));
    case 'between': {
      const [from, to] = [shown(time.from), shown(time.to)];
      if (from === '') return vscode.l10n.t('until {0}', to);
      return to === '' ? vscode.l10n.t('since {0}', from) : vscode.l10n.t('from {0} to {1}', from, to);
    }
  }
}

function shown(text: string | null): string {
  const time = text === null ? undefined : localTime(text);
  if (text === null || time === undefined) return '';
  const style = text.includes(':')
    ? ({ dateStyle: 'medium', timeStyle: 'short' } as const)
    : ({ dateStyle: 'medium' } as const);
  return new Date(time.first).toLocaleString(vscode.env.language, style);
}
