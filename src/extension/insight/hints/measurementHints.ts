import * as vscode from 'vscode';
import type { ScriptStatistics } from './scriptStatistics.ts';
import { capabilitySentence, countSentence, coverageSentence, hintText } from './statisticsWords.ts';

export class MeasurementHints implements vscode.InlayHintsProvider {
  readonly #statistics: ScriptStatistics;
  readonly onDidChangeInlayHints: vscode.Event<void>;

  constructor(statistics: ScriptStatistics) {
    this.#statistics = statistics;
    this.onDidChangeInlayHints = statistics.onDidChange;
  }

  async provideInlayHints(document: vscode.TextDocument, range: vscode.Range): Promise<vscode.InlayHint[]> {
    const { version } = document;
    const found = await this.#statistics.of(document);
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
          .filter((sentence) => sentence !== '')
          .join('\n');
        return hint;
      }),
    );
  }
}
