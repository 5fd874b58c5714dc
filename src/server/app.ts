import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { getPath } from 'hono/utils/url';
import { AttachmentFiles } from './attachmentFiles.ts';
import { failureAnswer } from './http/answers.ts';
import { checkHost } from './http/hosts.ts';
import { type App, mounter } from './http/mount.ts';
import { notFound } from './refusal.ts';
import { attachmentRoutes } from './routes/attachments.ts';
import { eventRoutes } from './routes/events.ts';
import { healthRoute } from './routes/health.ts';
import { keyRoutes } from './routes/keys.ts';
import { linkRoutes } from './routes/links.ts';
import { openApiRoute } from './routes/openApi.ts';
import { procedureRoutes } from './routes/procedures.ts';
import { runRoutes } from './routes/runs.ts';
import { stationRoutes } from './routes/stations.ts';
import { v1ImportRoutes } from './routes/v1Import.ts';
import { v1RunRoutes } from './routes/v1Runs.ts';
import { v1UploadRoutes } from './routes/v1Uploads.ts';
import type { EventStreams } from './eventStreams.ts';
import { SignedUrls } from './signedUrls.ts';
import type { Store } from './store/tables.ts';

/** Everything the server answers to. @param host what it listens on @param attachments the folder of the attachments */
export function makeApp({
  store,
  streams,
  attachments,
  host,
}: {
  store: Store;
  streams: EventStreams;
  attachments: string;
  host: string;
}): App {
  const app: App = new Hono<{ Bindings: HttpBindings }>({
    // A TOFUPILOT_URL that ends in a slash makes the official client ask for //api/v1.
    getPath: (request) => getPath(request).replace(/\/{2,}/g, '/'),
  });
  app.use(async (c, next) => {
    checkHost(c.req.header('host') ?? '', host, c.env.incoming.socket.localPort);
    await next();
    if (c.req.method !== 'GET') streams.ring();
  });
  app.notFound((c) =>
    failureAnswer(c.req.method, c.req.path, notFound(`This server has no ${c.req.method} ${c.req.path}.`)),
  );
  app.onError((error, c) => failureAnswer(c.req.method, c.req.path, error));

  const rooms = {
    app,
    store,
    mount: mounter(app, store),
    files: new AttachmentFiles(attachments),
    urls: new SignedUrls(),
    streams,
  };
  healthRoute(rooms);
  openApiRoute(rooms);
  eventRoutes(rooms);
  stationRoutes(rooms);
  keyRoutes(rooms);
  linkRoutes(rooms);
  procedureRoutes(rooms);
  runRoutes(rooms);
  attachmentRoutes(rooms);
  v1RunRoutes(rooms);
  v1UploadRoutes(rooms);
  v1ImportRoutes(rooms);
  return app;
}
