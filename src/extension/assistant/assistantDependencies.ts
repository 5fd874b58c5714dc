import type * as vscode from 'vscode';
import type { Connection } from '../connection/connection.ts';
import type { RunForAssistant } from '../connection/liveScripts.ts';
import type { StationStore } from '../connection/stationStore.ts';
import type { Log } from '../vscode/log.ts';

export interface AssistantDependencies {
  readonly connection: Connection;
  readonly store: StationStore;
  readonly log: Log;
  readonly runForAssistant: RunForAssistant;
  /** Whether a script runs, or is about to run, on the station; on any, if none is given. */
  readonly isInUse: (station: string | undefined) => boolean;
  readonly diagnose: (document: vscode.TextDocument) => Promise<readonly vscode.Diagnostic[]>;
  readonly storage: string;
  readonly serverProgram: string;
}
