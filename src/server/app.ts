import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { getPath } from 'hono/utils/url';
import type { AttachmentFiles } from './attachmentFiles.ts';
import { failureAnswer } from './http/answers.ts';
import { checkHost } from './http/hosts.ts';
import { type App, mounter } from './http/mount.ts';
import { badRequest, notFound } from './refusal.ts';
import { attachmentRoutes } from './routes/attachments.ts';
import { deploymentRoutes } from './routes/deployments.ts';
import { eventRoutes } from './routes/events.ts';
import { explorerRoutes } from './routes/explorer.ts';
import { healthRoute } from './routes/health.ts';
import { importRoutes } from './routes/imports.ts';
import { keyRoutes } from './routes/keys.ts';
import { linkRoutes } from './routes/links.ts';
import { openApiRoute } from './routes/openApi.ts';
import { presenceRoutes } from './routes/presence.ts';
import { procedureRoutes } from './routes/procedures.ts';
import { runRoutes } from './routes/runs.ts';
import { batchRoutes } from './routes/batches.ts';
import { operatorRoutes } from './routes/operator.ts';
import { operatorPageRoutes } from './routes/operatorPage.ts';
import { overviewRoutes } from './routes/overview.ts';
import { partRoutes } from './routes/parts.ts';
import { revisionRoutes } from './routes/revisions.ts';
import { unitAnswerRoutes } from './routes/unitAnswers.ts';
import { unitRoutes } from './routes/units.ts';
import { uptimeRoutes } from './routes/uptime.ts';
import { userRoutes } from './routes/users.ts';
import { versionRoutes } from './routes/versions.ts';
import { stationRoutes } from './routes/stations.ts';
import { uploadRoutes } from './routes/uploads.ts';
import { v1ImportRoutes } from './routes/v1Import.ts';
import { v1RunRoutes } from './routes/v1Runs.ts';
import { v1StreamingRoutes } from './routes/v1Streaming.ts';
import { v1UnitRoutes } from './routes/v1Units.ts';
import { v1UploadRoutes } from './routes/v1Uploads.ts';
import type { OperatorHub } from './operator/hub.ts';
import type { OperatorLinks } from './operator/links.ts';
import type { EventStreams } from './eventStreams.ts';
import type { PresenceRecorder } from './presence/recorder.ts';
import type { SignedUrls } from './signedUrls.ts';
import type { Statements } from './store/statements.ts';
import type { Streaming } from './streaming/streaming.ts';
import type { Store } from './store/tables.ts';
import { Writer } from './writer.ts';

/** Everything the server answers to. @param host what it listens on */
export function makeApp({
  store,
  sql,
  streams,
  files,
  urls,
  streaming,
  hub,
  links,
  pages,
  presence,
  host,
}: {
  store: Store;
  sql: Statements;
  streams: EventStreams;
  files: AttachmentFiles;
  urls: SignedUrls;
  streaming: Streaming;
  hub: OperatorHub;
  links: OperatorLinks;
  pages: string;
  presence: PresenceRecorder;
  host: string;
}): App {
  const app: App = new Hono<{ Bindings: HttpBindings }>({
    // A TOFUPILOT_URL that ends in a slash makes the official client ask for //api/v1; of the v2 clients, the newer take
    // server_url as it is, with or without /api.
    getPath: (request) =>
      getPath(request)
        .replace(/\/{2,}/g, '/')
        .replace(/^\/v2\//, '/api/v2/'),
  });
  app.use(async (c, next) => {
    checkHost(c.req.header('host') ?? '', host, c.env.incoming.socket.localPort);
    await next();
    // What the Operator UI is told changes nothing that is stored, and comes ten times a second.
    if (c.req.method !== 'GET' && !c.req.path.includes('/operator/')) streams.ring();
  });
  app.notFound((c) => failureAnswer(c.req.method, c.req.path, noSuchPath(c.req.method, c.req.path)));
  app.onError((error, c) => failureAnswer(c.req.method, c.req.path, error));

  const rooms = {
    app,
    store,
    sql,
    mount: mounter(app, sql),
    writer: new Writer(store, sql),
    files,
    urls,
    streams,
    streaming,
    hub,
    links,
    pages,
    presence,
  };
  healthRoute(rooms);
  openApiRoute(rooms);
  eventRoutes(rooms);
  stationRoutes(rooms);
  overviewRoutes(rooms);
  operatorRoutes(rooms);
  operatorPageRoutes(rooms);
  presenceRoutes(rooms);
  uptimeRoutes(rooms);
  keyRoutes(rooms);
  linkRoutes(rooms);
  procedureRoutes(rooms);
  versionRoutes(rooms);
  partRoutes(rooms);
  revisionRoutes(rooms);
  batchRoutes(rooms);
  unitRoutes(rooms);
  unitAnswerRoutes(rooms);
  userRoutes(rooms);
  runRoutes(rooms);
  attachmentRoutes(rooms);
  uploadRoutes(rooms);
  importRoutes(rooms);
  explorerRoutes(rooms);
  deploymentRoutes(rooms);
  v1RunRoutes(rooms);
  v1StreamingRoutes(rooms);
  v1UnitRoutes(rooms);
  v1UploadRoutes(rooms);
  v1ImportRoutes(rooms);
  return app;
}

/** A client that puts an empty number or id into a path leaves a slash at its end. */
const noSuchPath = (method: string, path: string) =>
  path.endsWith('/')
    ? badRequest(`The number or id at the end of the path of ${method} ${path} is empty.`)
    : notFound(`This server has no ${method} ${path}.`);
