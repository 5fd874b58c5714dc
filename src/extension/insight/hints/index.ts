import * as vscode from 'vscode';
import type { ChangeFeed } from '../../connection/changeFeed.ts';
import type { Connection } from '../../connection/connection.ts';
import type { StationStore } from '../../connection/stationStore.ts';
import type { Log } from '../../vscode/log.ts';
import { scriptFiles } from '../../vscode/scriptFile.ts';
import type { ScriptReader } from '../../vscode/scriptReader.ts';
import type { AnalyticsSource } from '../analyticsSource.ts';
import { MeasurementHints } from './measurementHints.ts';
import { MeasurementHover } from './measurementHover.ts';
import { markMeasurements } from './measurementProblems.ts';
import { ScriptStatistics } from './scriptStatistics.ts';

/** Shows statistics beside the measurements of open scripts. */
export function registerHints(
  source: AnalyticsSource,
  connection: Connection,
  store: StationStore,
  feed: ChangeFeed,
  reader: ScriptReader,
  log: Log,
): vscode.Disposable {
  const statistics = new ScriptStatistics(source, connection, store, feed, reader, log);
  return vscode.Disposable.from(
    statistics,
    markMeasurements(statistics),
    vscode.languages.registerInlayHintsProvider(scriptFiles, new MeasurementHints(statistics)),
    vscode.languages.registerHoverProvider(scriptFiles, new MeasurementHover(statistics)),
  );
}
