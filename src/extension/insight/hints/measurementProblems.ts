import * as vscode from 'vscode';
import { findingsOf } from '../../../shared/analytics/measurementFindings.ts';
import { ScriptDiagnostics } from '../../vscode/scriptDiagnostics.ts';
import { rangeOf } from '../../vscode/scriptReader.ts';
import type { ScriptStatistics } from './scriptStatistics.ts';
import { findingSentence } from './statisticsWords.ts';

export function markMeasurements(statistics: ScriptStatistics): vscode.Disposable {
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
