import type { Calendar } from '../shared/uptime/uptimeCalendar.ts';
import type { AttachmentFiles } from './attachments/attachmentFiles.ts';
import type { SignedUrls } from './attachments/signedUrls.ts';
import type { App, Mount } from './http/mount.ts';
import type { EventStreams } from './live/eventStreams.ts';
import type { OperatorHub } from './live/operator/hub.ts';
import type { OperatorLinks } from './live/operator/links.ts';
import type { PresenceRecorder } from './live/presence/recorder.ts';
import type { Streaming } from './live/streaming/streaming.ts';
import type { Statements } from './store/statements.ts';
import type { Store } from './store/tables.ts';
import type { Writer } from './writer.ts';

/** The services that routes use. Each route names those that it takes. */
export interface RouteServices {
  app: App;
  mount: Mount;
  store: Store;
  sql: Statements;
  writer: Writer;
  files: AttachmentFiles;
  urls: SignedUrls;
  streams: EventStreams;
  streaming: Streaming;
  hub: OperatorHub;
  links: OperatorLinks;
  /** The folder of the web pages. */
  pages: string;
  presence: PresenceRecorder;
  /** The calendar whose days first-pass yields are counted by. */
  calendar: Calendar;
  /** The token that authorizes a client to stop the server. */
  stopToken: string;
  /** Ends the server after its open requests. */
  requestStop: () => void;
}
