import * as vscode from 'vscode';
import { findingsOf } from '../../../shared/analytics/measurementFindings.ts';
import type { Services } from '../../connection/services.ts';
import { ScriptDiagnostics } from '../../vscode/scriptDiagnostics.ts';
import { scriptFiles } from '../../vscode/scriptFile.ts';
import { rangeOf } from '../../vscode/scriptReader.ts';
import type { AnalyticsSource } from '../analyticsSource.ts';
import { measurementHover } from './measurementHover.ts';
import { ScriptStatistics } from './scriptStatistics.ts';
import { capabilitySentence, countSentence, coverageSentence, findingSentence, hintText } from './statisticsWords.ts';

export function registerHints(services: Services, source: AnalyticsSource): vscode.Disposable {
  const statistics = new ScriptStatistics(services, source);
  return vscode.Disposable.from(
    statistics,
    markMeasurements(statistics),
    vscode.languages.registerInlayHintsProvider(scriptFiles, measurementHints(statistics)),
    vscode.languages.registerHoverProvider(scriptFiles, measurementHover(statistics)),
  );
}

const measurementHints = (statistics: ScriptStatistics): vscode.InlayHintsProvider => ({
  onDidChangeInlayHints: statistics.onDidChange,
  provideInlayHints: async (document, range) => {
    const { version } = document;
    const found = await statistics.of(document);
    if (found === undefined || document.version !== version) return [];
    const lines = Map.groupBy(found.measurements, ({ declared }) => document.positionAt(declared.literal.to).line);
    return [...lines].flatMap(([line, same]) =>
      same.flatMap((measurement) => {
        // Two names in a line have their hints beside them.
        const end = document.positionAt(measurement.declared.literal.to);
        const place = same.length > 1 ? end : document.lineAt(line).range.end;
        if (!range.contains(place)) return [];
        const hint = new vscode.InlayHint(place, hintText(measurement));
        hint.paddingLeft = true;
        hint.tooltip = [
          countSentence(measurement.summaries[0], found.runs),
          capabilitySentence(measurement.summaries[0].capability),
          coverageSentence(found.runs),
        ]
          .filter(Boolean)
          .join('\n');
        return hint;
      }),
    );
  },
});

function markMeasurements(statistics: ScriptStatistics): vscode.Disposable {
  const diagnostics = new ScriptDiagnostics('test-stations-statistics', async (document) => {
    const found = await statistics.of(document);
    if (found === undefined) return [];
    return found.measurements.flatMap(({ declared, summaries }) =>
      summaries.flatMap((summary) =>
        findingsOf(summary).map(
          (finding) =>
            new vscode.Diagnostic(
              rangeOf(document, declared.literal),
              findingSentence(finding, summary, found.runs),
              vscode.DiagnosticSeverity.Information,
            ),
        ),
      ),
    );
  });
  return vscode.Disposable.from(
    diagnostics,
    statistics.onDidChange(() => diagnostics.checkAll()),
  );
}
