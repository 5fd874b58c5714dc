import * as vscode from 'vscode';
import type { Services } from '../../connection/services.ts';
import { scriptFiles } from '../../vscode/scriptFile.ts';
import type { AnalyticsSource } from '../analyticsSource.ts';
import { MeasurementHints } from './measurementHints.ts';
import { MeasurementHover } from './measurementHover.ts';
import { markMeasurements } from './measurementProblems.ts';
import { ScriptStatistics } from './scriptStatistics.ts';

export function registerHints(services: Services, source: AnalyticsSource): vscode.Disposable {
  const statistics = new ScriptStatistics(services, source);
  return vscode.Disposable.from(
    statistics,
    markMeasurements(statistics),
    vscode.languages.registerInlayHintsProvider(scriptFiles, new MeasurementHints(statistics)),
    vscode.languages.registerHoverProvider(scriptFiles, new MeasurementHover(statistics)),
  );
}
