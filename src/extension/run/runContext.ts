import type * as vscode from 'vscode';
import type { Connection } from '../connection/connection.ts';
import type { LiveScripts } from '../connection/liveScripts.ts';
import type { StationStore } from '../connection/stationStore.ts';
import type { Log } from '../vscode/log.ts';
import type { TestItems } from './explorer/testItems.ts';
import type { PartNumbers, SerialNumberQuestion } from './questions/unitQuestions.ts';
import type { UploadQueue } from './uploads/uploadQueue.ts';

/** The services that running scripts needs; `registerRun` creates them once. */
export interface RunContext {
  readonly connection: Connection;
  readonly store: StationStore;
  readonly log: Log;
  readonly liveScripts: LiveScripts;
  /** The folder of the installed extension. */
  readonly extension: vscode.Uri;
  /** Path of the main file of the Python runner. */
  readonly runner: string;
  /** Path of the extension's storage folder. */
  readonly storage: string;
  readonly items: TestItems;
  readonly uploads: UploadQueue;
  readonly partNumbers: PartNumbers;
  readonly serialNumbers: SerialNumberQuestion;
  /** Shows an error that occurs in the background. */
  readonly report: (error: unknown) => void;
}
