import { Hono } from 'hono';
import { getPath } from 'hono/utils/url';
import { failureAnswer } from './http/answers.ts';
import type { Hosts } from './http/hosts.ts';
import { type App, type Environment, mounter } from './http/mount.ts';
import { badRequest, notFound } from './refusal.ts';
import type { RouteNeeds } from './routeNeeds.ts';
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
import { shutdownRoute } from './routes/shutdown.ts';
import { stationRoutes } from './routes/stations.ts';
import { uploadRoutes } from './routes/uploads.ts';
import { v1ImportRoutes } from './routes/v1Import.ts';
import { v1RunRoutes } from './routes/v1Runs.ts';
import { v1StreamingRoutes } from './routes/v1Streaming.ts';
import { v1UnitRoutes } from './routes/v1Units.ts';
import { v1UploadRoutes } from './routes/v1Uploads.ts';
import { Writer } from './writer.ts';

/** What an app is given; the rest of what its routes work with it makes itself. */
type Given = Omit<RouteNeeds, 'app' | 'mount' | 'writer'>;

/** Everything the server answers to. */
export function makeApp(given: Given, hosts: Hosts): App {
  const { store, sql, streams } = given;
  const app: App = new Hono<Environment>({
    // A TOFUPILOT_URL that ends in a slash makes the official client ask for //api/v1; of the v2 clients, the newer take
    // server_url as it is, with or without /api.
    getPath: (request) =>
      getPath(request)
        .replace(/\/{2,}/g, '/')
        .replace(/^\/v2\//, '/api/v2/'),
  });
  app.use(async (c, next) => {
    c.set('origin', hosts.originFor(c.req.header('host') ?? '', c.env.incoming.socket.localPort));
    await next();
    // What the Operator UI is told changes nothing that is stored, and comes ten times a second.
    if (c.req.method !== 'GET' && !c.req.path.includes('/operator/')) streams.ring();
  });
  app.notFound((c) => failureAnswer(c.req.method, c.req.path, noSuchPath(c.req.method, c.req.path)));
  app.onError((error, c) => failureAnswer(c.req.method, c.req.path, error));

  const needs: RouteNeeds = { ...given, app, mount: mounter(app, sql), writer: new Writer(store, sql) };
  healthRoute(needs);
  shutdownRoute(needs);
  openApiRoute(needs);
  eventRoutes(needs);
  stationRoutes(needs);
  overviewRoutes(needs);
  operatorRoutes(needs);
  operatorPageRoutes(needs);
  presenceRoutes(needs);
  uptimeRoutes(needs);
  keyRoutes(needs);
  linkRoutes(needs);
  procedureRoutes(needs);
  versionRoutes(needs);
  partRoutes(needs);
  revisionRoutes(needs);
  batchRoutes(needs);
  unitRoutes(needs);
  unitAnswerRoutes(needs);
  userRoutes(needs);
  runRoutes(needs);
  attachmentRoutes(needs);
  uploadRoutes(needs);
  importRoutes(needs);
  explorerRoutes(needs);
  deploymentRoutes(needs);
  v1RunRoutes(needs);
  v1StreamingRoutes(needs);
  v1UnitRoutes(needs);
  v1UploadRoutes(needs);
  v1ImportRoutes(needs);
  return app;
}

/** A client that puts an empty number or id into a path leaves a slash at its end. */
const noSuchPath = (method: string, path: string) =>
  path.endsWith('/')
    ? badRequest(`The number or id at the end of the path of ${method} ${path} is empty.`)
    : notFound(`This server has no ${method} ${path}.`);
