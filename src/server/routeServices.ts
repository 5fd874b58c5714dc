import type { Calendar } from '../shared/uptime/uptimeCalendar.ts';
import type { DaySummaries } from './analytics/daySummaries.ts';
import type { ActivityFile } from './assistant/activityFile.ts';
import type { Attachments } from './attachments/attachments.ts';
import type { SignedUrls } from './attachments/signedUrls.ts';
import type { AuditLog } from './auditLog.ts';
import type { App, Mount, MountedOperations } from './http/mount.ts';
import type { EventStreams } from './live/eventStreams.ts';
import type { OperatorHub } from './live/operator/hub.ts';
import type { OperatorLinks } from './live/operator/links.ts';
import type { StationBoards } from './live/operator/stationBoards.ts';
import type { PresenceRecorder } from './live/presence/recorder.ts';
import type { Streaming } from './live/streaming/streaming.ts';
import type { Readiness } from './readiness.ts';
import type { SignInOptions } from './signIn/provider.ts';
import type { StationFiguresCache } from './stationFigures.ts';
import type { Pushes } from './store/pushes.ts';
import type { Store } from './store/tables.ts';
import type { Writer } from './writer.ts';

export interface RouteServices {
  app: App;
  mount: Mount;
  audit: AuditLog;
  callOperation: MountedOperations['call'];
  store: Store;
  pushes: Pushes;
  writer: Writer;
  files: Attachments;
  urls: SignedUrls;
  activity: ActivityFile;
  streams: EventStreams;
  streaming: Streaming;
  hub: OperatorHub;
  boards: StationBoards;
  links: OperatorLinks;
  pagesFolder: string;
  presence: PresenceRecorder;
  signIn: SignInOptions | null;
  calendar: Calendar;
  figures: StationFiguresCache;
  summaries: DaySummaries;
  readiness: Readiness;
  stopToken: string;
  assistantToken: string;
  /** The texts that no answer to an assistant may contain. */
  secrets: readonly string[];
  requestStop: () => void;
}
