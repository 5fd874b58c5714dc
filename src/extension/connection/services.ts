import type * as vscode from 'vscode';
import type { Commands } from '../vscode/commands.ts';
import type { Log } from '../vscode/log.ts';
import type { ScriptReader } from '../vscode/scriptReader.ts';
import type { ChangeFeed } from './changeFeed.ts';
import type { Connection } from './connection.ts';
import type { LiveScripts } from './liveScripts.ts';
import type { StationStore } from './stationStore.ts';
import type { UsedStations } from './usedStations.ts';

export interface Services {
  readonly context: vscode.ExtensionContext;
  readonly log: Log;
  readonly commands: Commands;
  readonly connection: Connection;
  readonly store: StationStore;
  readonly feed: ChangeFeed;
  readonly liveScripts: LiveScripts;
  readonly used: UsedStations;
  readonly reader: ScriptReader;
}
