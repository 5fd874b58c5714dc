import type * as vscode from 'vscode';
import type { Connection } from '../connection/connection.ts';
import type { LiveScripts } from '../connection/liveScripts.ts';
import type { StationStore } from '../connection/stationStore.ts';
import type { UsedStations } from '../connection/usedStations.ts';
import type { Log } from '../vscode/log.ts';
import type { TestItems } from './explorer/testItems.ts';
import type { PartNumbers, SerialNumberQuestion } from './questions/unitQuestions.ts';
import type { UploadQueue } from './uploads/uploadQueue.ts';

export interface RunDependencies {
  readonly connection: Connection;
  readonly store: StationStore;
  readonly used: UsedStations;
  readonly log: Log;
  readonly liveScripts: LiveScripts;
  readonly extension: vscode.Uri;
  readonly runnerFile: string;
  readonly storagePath: string;
  readonly items: TestItems;
  readonly uploads: UploadQueue;
  readonly partNumbers: PartNumbers;
  readonly serialNumbers: SerialNumberQuestion;
  readonly report: (error: unknown) => void;
}
