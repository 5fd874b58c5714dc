import * as z from 'zod';
import { byId, id, idAnswer, name60, named, operation, outcome, page, pageQuery, timestamp } from './common.ts';

/** The short name that scripts use, such as `FVT1`. Unique without regard to case; `/api/v1` accepts it for the id. */
export const procedureIdentifier = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9_.:+-]{1,60}$/, 'An identifier has 1 to 60 letters, digits or _ . : + -');

const creator = z.object({ id: z.string(), name: z.string().nullable(), email: z.string() });

const procedureListItem = z.object({
  id,
  name: z.string(),
  identifier: z.string().nullable().optional(),
  created_at: timestamp,
  created_by_user: creator,
  runs: z.array(z.object({ id, outcome, started_at: timestamp, unit: z.object({ id }) })),
  linkedRepository: z.unknown(),
});

export type ProcedureListItem = z.infer<typeof procedureListItem>;

export const procedure = z.object({
  id,
  identifier: z.string().nullable(),
  name: z.string(),
  created_at: timestamp,
  created_by_user: z.object({ id: z.string(), name: z.string().nullable(), email: z.string().nullable() }).nullable(),
  runs_count: z.number().int(),
  recent_runs: z.array(
    z.object({
      id,
      started_at: timestamp,
      outcome,
      unit: z.object({ serial_number: z.string() }).nullable(),
    }),
  ),
  stations: z.array(named),
});

export const procedures = {
  create: operation('procedures.create', 'POST', '/api/v2/procedures', {
    body: z.object({ name: name60, identifier: procedureIdentifier.optional() }),
    answer: idAnswer,
    refusals: [409],
  }),
  list: operation('procedures.list', 'GET', '/api/v2/procedures', {
    access: ['user', 'station'],
    query: pageQuery.extend({
      search_query: z.string().optional(),
      created_after: timestamp.optional(),
      created_before: timestamp.optional(),
    }),
    answer: page(procedureListItem),
  }),
  get: operation('procedures.get', 'GET', '/api/v2/procedures/{id}', {
    access: ['user', 'station'],
    params: byId,
    answer: procedure,
    refusals: [404],
  }),
  update: operation('procedures.update', 'PATCH', '/api/v2/procedures/{id}', {
    params: byId,
    body: z.object({
      name: name60.optional(),
      /** These belong to deployments, which this server does not have: it refuses them. */
      productionBranch: z.unknown().optional(),
      autoPushEnabled: z.unknown().optional(),
      excludedBranchPatterns: z.unknown().optional(),
      rootDirectory: z.unknown().optional(),
      entryPoint: z.unknown().optional(),
    }),
    answer: idAnswer,
    refusals: [404],
  }),
  /** Also deletes the versions, links and runs of the procedure, with their attachments. */
  delete: operation('procedures.delete', 'DELETE', '/api/v2/procedures/{id}', {
    params: byId,
    answer: idAnswer,
    refusals: [404],
  }),
} as const;
