import * as z from 'zod';
import { byId, id, operation, timestamp } from './common.ts';
import { procedureIdentifier } from './procedures.ts';

const link = z.object({ id, procedure_id: id });

export const local = {
  health: operation('local.health', 'GET', '/api/local/health', {
    access: [],
    answer: z.object({
      product: z.literal('test-stations'),
      version: z.string(),
      /** Created with the data folder. It shows whether the server at an address is the expected one. */
      instance: id,
      capabilities: z.array(z.string()),
      /** The OpenID Connect provider with which people sign in, if there is one. */
      sign_in: z.object({ provider: z.string() }).optional(),
    }),
  }),
  live: operation('local.live', 'GET', '/live', {
    access: [],
    answer: z.object({ status: z.literal('live') }),
  }),
  /** Whether the server takes requests and can store results. Otherwise 503, with the reason. */
  ready: operation('local.ready', 'GET', '/ready', {
    access: [],
    refusals: [503],
    answer: z.object({ status: z.literal('ready') }),
  }),
  /** Ends the server after its open requests. The bearer token is the `stop_token` of the data folder's `server.json`. */
  shutdown: operation('local.shutdown', 'POST', '/api/local/shutdown', {
    access: [],
    refusals: [403],
    answer: z.object({ instance: id }),
  }),
  openApi: operation('local.openapi', 'GET', '/api/openapi.json', {
    access: [],
    answer: z.looseObject({ openapi: z.literal('3.1.0') }),
  }),
  generateKey: operation('local.keys.generate', 'POST', '/api/local/stations/{id}/api-key', {
    refusals: [404],
    params: byId,
    /** The full key is in this answer only. An earlier key of the station is revoked in the same transaction. */
    answer: z.object({ api_key: z.string().min(10), prefix: z.string(), created_at: timestamp }),
  }),
  deleteKey: operation('local.keys.delete', 'DELETE', '/api/local/stations/{id}/api-key', {
    refusals: [404],
    params: byId,
    answer: z.object({ id }),
  }),
  linkProcedure: operation('local.links.create', 'PUT', '/api/local/stations/{id}/procedures/{procedure_id}', {
    refusals: [404],
    params: link,
    answer: z.object({ id }),
  }),
  unlinkProcedure: operation('local.links.delete', 'DELETE', '/api/local/stations/{id}/procedures/{procedure_id}', {
    refusals: [404],
    params: link,
    answer: z.object({ id }),
  }),
  setIdentifier: operation('local.procedures.identifier', 'PUT', '/api/local/procedures/{id}/identifier', {
    params: byId,
    body: z.object({ identifier: procedureIdentifier.nullable() }),
    answer: z.object({ id, identifier: z.string().nullable() }),
    refusals: [404, 409],
  }),
  /** Creates stations, procedures and runs to try statistics with: in 120 days some 30,000, which takes about half a minute. */
  createDemoData: operation('local.demoData.create', 'POST', '/api/local/demo-data', {
    role: 'administrator',
    isSlow: true,
    body: z.object({ days: z.number().int().min(1).max(365).default(120) }),
    answer: z.object({ stations: z.number().int(), procedures: z.number().int(), runs: z.number().int() }),
    refusals: [409],
  }),
} as const;

/** The content of the server's first line on stdout and of `server.json` in the data folder. */
export const serverAddress = z.object({
  url: z.url(),
  public_url: z.url().optional(),
  mqtt: z.string().nullable(),
  ca: z.string().optional(),
  pid: z.number().int(),
  data: z.string(),
  instance: id,
  version: z.string(),
});
export type ServerAddress = z.infer<typeof serverAddress>;

export const serverFile = serverAddress.extend({
  /** Authorizes `local.shutdown`. It is new with each start and never logged; servers of earlier versions wrote none. */
  stop_token: z.string().min(32).optional(),
  /** Authorizes requests to `/mcp`, and nothing else. It is new with each start and never logged. */
  assistant_token: z.string().min(32).optional(),
});
export type ServerFile = z.infer<typeof serverFile>;

/** With these options of Node the server stays small: V8 would rather double its heap than collect it. */
export const serverNodeOptions = ['--max-semi-space-size=3', '--heap-growing-percent=10'] as const;

export const updatingData = {
  begins: 'Updating the data of an earlier version.',
  done: 'The data is updated.',
} as const;

export const serverExit = {
  usage: 2,
  portTaken: 10,
  folderNotWritable: 11,
  folderInUse: 12,
  schemaTooNew: 13,
  databaseDamaged: 14,
  diskTrouble: 15,
  schemaTooOld: 16,
  backupIncomplete: 17,
  refused: 18,
  databaseUnusable: 19,
  leaseLost: 20,
  storageUnusable: 21,
} as const;
