import * as vscode from 'vscode';
import { findingsOf } from '../../../shared/analytics/measurementFindings.ts';
import type { MeasurementSummary } from '../../../shared/contract/analytics.ts';
import { escapeMarkdown } from '../../../shared/format/markdown.ts';
import { rangeOf } from '../../vscode/scriptReader.ts';
import { histogramImage } from './histogramImage.ts';
import type { ScriptStatistics, StatisticsOfScript } from './scriptStatistics.ts';
import {
  capabilitySentence,
  countSentence,
  coverageSentence,
  findingSentence,
  limitsSentence,
} from './statisticsWords.ts';

const mostMeasurements = 4;
const openMeasurement = 'testStations.openMeasurement';
const setLimits = 'testStations.setLimits';

export const measurementHover = (statistics: ScriptStatistics): vscode.HoverProvider => ({
  provideHover: async (document, position) => {
    const found = await statistics.of(document);
    const offset = document.offsetAt(position);
    const match = found?.measurements.find(
      ({ declared: { literal } }) => literal.from <= offset && offset <= literal.to,
    );
    if (found === undefined || match === undefined) return undefined;
    const registered = await vscode.commands.getCommands(true);
    const commands = [openMeasurement, setLimits].filter((command) => registered.includes(command));
    const text = new vscode.MarkdownString('', true);
    text.isTrusted = { enabledCommands: commands };
    const parts = match.summaries
      .slice(0, mostMeasurements)
      .map((summary) => measurementText(summary, found, commands));
    const more = match.summaries.length - mostMeasurements;
    if (more > 0) parts.push(escapeMarkdown(vscode.l10n.t('{0} more measurements have this name.', more)));
    text.appendMarkdown(parts.join('\n\n---\n\n'));
    return new vscode.Hover(text, rangeOf(document, match.declared.literal));
  },
});

function measurementText(
  summary: MeasurementSummary,
  { procedureId, runs }: StatisticsOfScript,
  commands: readonly string[],
): string {
  const heading = `**${escapeMarkdown(summary.measurement_name)}** · ${escapeMarkdown(summary.phase_name)}`;
  const findings = findingsOf(summary).map(
    (finding) => `$(info) ${escapeMarkdown(findingSentence(finding, summary, runs))}`,
  );
  const sentences = [
    countSentence(summary, runs),
    limitsSentence(summary),
    capabilitySentence(summary.capability),
    coverageSentence(runs),
  ];
  return [
    heading,
    histogramText(summary),
    ...sentences.filter((sentence) => sentence !== '').map((sentence) => escapeMarkdown(sentence)),
    ...findings,
    links(summary, procedureId, commands),
  ]
    .filter(Boolean)
    .join('\n\n');
}

function histogramText({ recent, lower, upper }: MeasurementSummary): string {
  const image = histogramImage(recent, { lower, upper }, textColor());
  if (image === undefined) return '';
  const caption = vscode.l10n.t('The newest {0} values', recent.length);
  return `![${escapeMarkdown(caption)}|width=${image.width},height=${image.height}](${image.uri})\n\n*${escapeMarkdown(caption)}*`;
}

function textColor(): string {
  const { kind } = vscode.window.activeColorTheme;
  if (kind === vscode.ColorThemeKind.HighContrast) return '#ffffff';
  if (kind === vscode.ColorThemeKind.HighContrastLight) return '#000000';
  return kind === vscode.ColorThemeKind.Light ? '#3b3b3b' : '#cccccc';
}

function links(
  { phase_name, measurement_name }: MeasurementSummary,
  procedureId: string,
  commands: readonly string[],
): string {
  const argument = { procedureId, phaseName: phase_name, measurementName: measurement_name };
  const link = (command: string, title: string): string =>
    `[${escapeMarkdown(title)}](command:${command}?${encodeURIComponent(JSON.stringify([argument]))})`;
  return [
    commands.includes(openMeasurement) ? link(openMeasurement, vscode.l10n.t('Open Measurement')) : '',
    commands.includes(setLimits) ? link(setLimits, vscode.l10n.t('Set Limits from Data…')) : '',
  ]
    .filter(Boolean)
    .join(' · ');
}
