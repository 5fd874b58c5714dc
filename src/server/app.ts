import { Hono } from 'hono';
import { getPath } from 'hono/utils/url';
import { AuditLog } from './auditLog.ts';
import { failureAnswer } from './http/answers.ts';
import type { Hosts } from './http/hosts.ts';
import { type App, type Environment, MountedOperations } from './http/mount.ts';
import {
  nameRequests,
  observeRequests,
  type RequestObserver,
  routeOfRequest,
  traceRequests,
} from './http/observeRequests.ts';
import { badRequest, notFound } from './http/refusalError.ts';
import { StationBoards } from './live/operator/stationBoards.ts';
import type { LogFormat } from './log.ts';
import { accountRoutes } from './routes/local/accounts.ts';
import { analyticsRoutes } from './routes/local/analytics.ts';
import { assistantRoutes } from './routes/local/assistant.ts';
import { auditRoutes } from './routes/local/audit.ts';
import { demoDataRoute } from './routes/local/demoData.ts';
import { eventRoutes } from './routes/local/events.ts';
import { goldenCheckRoutes } from './routes/local/goldenChecks.ts';
import { invitationPageRoute } from './routes/local/invitationPage.ts';
import { metricsRoute } from './routes/local/metrics.ts';
import { operatorRoutes } from './routes/local/operator.ts';
import { operatorPageRoutes } from './routes/local/operatorPage.ts';
import { overviewRoutes } from './routes/local/overview.ts';
import { presenceRoutes } from './routes/local/presence.ts';
import { probeRoutes } from './routes/local/probes.ts';
import { runFilterValuesRoute } from './routes/local/runFilterValues.ts';
import { serverRoutes } from './routes/local/server.ts';
import { shiftRoutes } from './routes/local/shifts.ts';
import { signInRoutes } from './routes/local/signIns.ts';
import { stationGroupRoutes } from './routes/local/stationGroups.ts';
import { stationUseRoutes } from './routes/local/stationUses.ts';
import { studyRoutes } from './routes/local/studies.ts';
import { uptimeRoutes } from './routes/local/uptime.ts';
import { v1Routes } from './routes/v1.ts';
import { attachmentRoutes } from './routes/v2/attachments.ts';
import { batchRoutes } from './routes/v2/batches.ts';
import { deploymentRoutes } from './routes/v2/deployments.ts';
import { explorerRoutes } from './routes/v2/explorer.ts';
import { importRoutes } from './routes/v2/imports.ts';
import { keyRoutes } from './routes/v2/keys.ts';
import { linkRoutes } from './routes/v2/links.ts';
import { partRoutes } from './routes/v2/parts.ts';
import { procedureRoutes } from './routes/v2/procedures.ts';
import { revisionRoutes } from './routes/v2/revisions.ts';
import { runRoutes } from './routes/v2/runs.ts';
import { stationRoutes } from './routes/v2/stations.ts';
import { unitAnswerRoutes } from './routes/v2/unitAnswers.ts';
import { unitRoutes } from './routes/v2/units.ts';
import { uploadRoutes } from './routes/v2/uploads.ts';
import { userRoutes } from './routes/v2/users.ts';
import { versionRoutes } from './routes/v2/versions.ts';
import type { RouteServices } from './routeServices.ts';

type GivenServices = Omit<RouteServices, 'app' | 'audit' | 'boards' | 'callOperation' | 'mount' | 'mountChange'>;

interface AppOptions {
  hosts: Hosts;
  logFormat: LogFormat;
  metricsToken: string | null;
}

export function createApp(given: GivenServices, { hosts, logFormat, metricsToken }: AppOptions): App {
  const { store, pushes, writer, tail, hub } = given;
  const boards = new StationBoards(store, hub, given.calendar);
  const app: App = new Hono<Environment>({
    // The official client asks for //api/v1 if its TOFUPILOT_URL ends in a slash. The newer v2 clients use server_url
    // as it is, with or without /api.
    getPath: (request) =>
      getPath(request)
        .replace(/\/{2,}/g, '/')
        .replace(/^\/v2\//, '/api/v2/'),
  });
  const notifyChange = (): void => {
    tail.notify();
    boards.updateSoon();
  };
  const observers = new Set<RequestObserver>();
  if (logFormat === 'json') nameRequests(app, observers);
  observeRequests(app, observers);
  traceRequests(app);
  app.use(async (c, next) => {
    c.set('origin', hosts.originFor(c.req.header('host') ?? '', c.env.incoming.socket.localPort));
    await next();
    // Operator UI requests store nothing, and arrive up to ten times a second.
    if (c.req.method === 'GET' || c.req.path.includes('/operator/')) return;
    notifyChange();
  });
  app.notFound((c) => failureAnswer(c.req.method, c.req.path, noSuchPath(c.req.method, c.req.path)));
  app.onError((error, c) => failureAnswer(c.req.method, c.req.path, error, routeOfRequest(c)));

  const audit = new AuditLog(writer);
  const operations = new MountedOperations(app, { pushes, audit }, notifyChange);
  const services: RouteServices = {
    ...given,
    app,
    audit,
    boards,
    mount: operations.mount,
    mountChange: (operation, handler) =>
      operations.mount(operation, (call) => writer.write((change) => handler(change, call))),
    callOperation: (id, input, from) => operations.call(id, input, from),
  };
  serverRoutes(services);
  probeRoutes(services);
  metricsRoute(services, observers, { token: metricsToken, hasPublicUrl: hosts.publicUrl !== null });
  demoDataRoute(services);
  accountRoutes(services);
  signInRoutes(services);
  auditRoutes(services);
  invitationPageRoute(app);
  eventRoutes(services);
  stationRoutes(services);
  overviewRoutes(services);
  stationGroupRoutes(services);
  stationUseRoutes(services);
  operatorRoutes(services);
  operatorPageRoutes(services);
  presenceRoutes(services);
  uptimeRoutes(services);
  analyticsRoutes(services);
  studyRoutes(services);
  runFilterValuesRoute(services);
  goldenCheckRoutes(services);
  shiftRoutes(services);
  keyRoutes(services);
  linkRoutes(services);
  procedureRoutes(services);
  versionRoutes(services);
  partRoutes(services);
  revisionRoutes(services);
  batchRoutes(services);
  unitRoutes(services);
  unitAnswerRoutes(services);
  userRoutes(services);
  runRoutes(services);
  attachmentRoutes(services);
  uploadRoutes(services);
  importRoutes(services);
  explorerRoutes(services);
  deploymentRoutes(services);
  v1Routes(services);
  assistantRoutes(services);
  return app;
}

/** A client that puts an empty number or id into a path leaves a slash at its end. */
const noSuchPath = (method: string, path: string) =>
  path.endsWith('/')
    ? badRequest(`The number or id at the end of the path of ${method} ${path} is empty.`)
    : notFound(`This server has no ${method} ${path}.`);
