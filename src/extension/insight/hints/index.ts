import * as vscode from 'vscode';
import { scriptFiles } from '../../vscode/scriptFile.ts';
import { MeasurementHints } from './measurementHints.ts';
import { MeasurementHover } from './measurementHover.ts';
import { MeasurementProblems } from './measurementProblems.ts';
import type { ScriptStatistics } from './scriptStatistics.ts';

/** Shows statistics beside the measurements of open scripts. */
export function registerHints(statistics: ScriptStatistics): vscode.Disposable {
  return vscode.Disposable.from(
    statistics,
    new MeasurementProblems(statistics),
    vscode.languages.registerInlayHintsProvider(scriptFiles, new MeasurementHints(statistics)),
    vscode.languages.registerHoverProvider(scriptFiles, new MeasurementHover(statistics)),
  );
}
