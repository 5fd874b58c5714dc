import * as z from 'zod';
import { byId, id, operation, timestamp } from './common.ts';
import { procedureIdentifier } from './procedures.ts';

const link = z.object({ id, procedure_id: id });

/** The embedded server's own surface: what TofuPilot has no public API for. */
export const local = {
  health: operation({
    id: 'local.health',
    method: 'GET',
    path: '/api/local/health',
    access: [],
    answer: z.object({
      /** Says "this is a Test Stations server". */
      product: z.literal('test-stations'),
      version: z.string(),
      /** Created with the data folder. It shows whether the server at an address is the expected one. */
      instance: id,
      capabilities: z.array(z.string()),
    }),
  }),
  /** Ends the server after its open requests. The bearer token is the `stop_token` of the data folder's `server.json`. */
  shutdown: operation({
    id: 'local.shutdown',
    method: 'POST',
    path: '/api/local/shutdown',
    access: [],
    refusals: [403],
    answer: z.object({ instance: id }),
  }),
  openApi: operation({
    id: 'local.openapi',
    method: 'GET',
    path: '/api/openapi.json',
    access: [],
    answer: z.looseObject({ openapi: z.literal('3.1.0') }),
  }),
  generateKey: operation({
    id: 'local.keys.generate',
    method: 'POST',
    path: '/api/local/stations/{id}/api-key',
    access: ['user'],
    refusals: [404],
    params: byId,
    /** The full key is in this answer only. An earlier key of the station is revoked in the same transaction. */
    answer: z.object({ api_key: z.string().min(10), prefix: z.string(), created_at: timestamp }),
  }),
  deleteKey: operation({
    id: 'local.keys.delete',
    method: 'DELETE',
    path: '/api/local/stations/{id}/api-key',
    access: ['user'],
    refusals: [404],
    params: byId,
    answer: z.object({ id }),
  }),
  linkProcedure: operation({
    id: 'local.links.create',
    method: 'PUT',
    path: '/api/local/stations/{id}/procedures/{procedure_id}',
    access: ['user'],
    refusals: [404],
    params: link,
    answer: z.object({ id }),
  }),
  unlinkProcedure: operation({
    id: 'local.links.delete',
    method: 'DELETE',
    path: '/api/local/stations/{id}/procedures/{procedure_id}',
    access: ['user'],
    refusals: [404],
    params: link,
    answer: z.object({ id }),
  }),
  setIdentifier: operation({
    id: 'local.procedures.identifier',
    method: 'PUT',
    path: '/api/local/procedures/{id}/identifier',
    access: ['user'],
    params: byId,
    /** Null takes the identifier away: scripts then name the procedure by its id alone. */
    body: z.object({ identifier: procedureIdentifier.nullable() }),
    answer: z.object({ id, identifier: z.string().nullable() }),
    refusals: [404, 409],
  }),
} as const;

/** The content of the server's first line on stdout and of `server.json` in the data folder. */
export const serverAddress = z.object({
  /** Where programs on this machine reach the server. */
  url: z.url(),
  /** Where clients on other machines reach it, if the server was started with such an address. */
  public_url: z.url().optional(),
  /** Where live streams go. */
  mqtt: z.string().nullable(),
  /** The file with the authority that clients of live streams have to trust, if the server created it. */
  ca: z.string().optional(),
  pid: z.number().int(),
  data: z.string(),
  instance: id,
  version: z.string(),
});
export type ServerAddress = z.infer<typeof serverAddress>;

/** The additional fields of `server.json`. Servers of earlier versions wrote no token. */
export const serverFile = serverAddress.extend({
  /** A caller that has it may end the server, see `local.shutdown`. It is new with each start and is never logged. */
  stop_token: z.string().min(32).optional(),
});
export type ServerFile = z.infer<typeof serverFile>;

/** With these options of Node the server stays small: V8 would rather double its heap than collect it. */
export const serverNodeOptions = ['--max-semi-space-size=3', '--heap-growing-percent=10'] as const;

/** Log lines before and after a migration of the data of an earlier version, which may take minutes. */
export const updatingData = {
  begins: 'Updating the data of an earlier version.',
  done: 'The data is updated.',
} as const;

/** Exit codes of `dist/server.js`; each comes with one line on stderr. */
export const serverExit = {
  usage: 2,
  portTaken: 10,
  folderNotWritable: 11,
  folderInUse: 12,
  schemaTooNew: 13,
  databaseDamaged: 14,
  diskTrouble: 15,
  /** The data is of an earlier version, and this command may not update it. */
  schemaTooOld: 16,
  /** A backup was made, and not everything that the database names is in it. */
  backupIncomplete: 17,
} as const;
