import * as z from 'zod';
import { byId, id, idAnswer, imageIdOrNone, many, name60, operation, page, pageQuery } from './common.ts';
import { metadata, metadataChange, metadataQuery } from './metadata.ts';

const team = z.object({ id: z.string(), name: z.string() }).nullable();

export const linkedProcedure = z.object({
  id,
  identifier: z.string().nullable().default(null),
  name: z.string(),
});
export type LinkedProcedure = z.infer<typeof linkedProcedure>;

const stationListItem = z.object({
  id,
  name: z.string(),
  procedures: z.array(linkedProcedure),
  procedures_count: z.number().int(),
  team,
  metadata: metadata.optional(),
});

export type StationListItem = z.infer<typeof stationListItem>;

export const station = z.object({
  id,
  name: z.string(),
  api_key: z.string().nullable(),
  procedures: z.array(
    linkedProcedure.extend({
      runs_count: z.number().int(),
      deployment: z.unknown().optional(),
    }),
  ),
  organization_slug: z.string(),
  connection_status: z.enum(['connected', 'disconnected']).nullable().default(null),
  team,
  image_id: id.nullish(),
  metadata: metadata.optional(),
});
export type Station = z.infer<typeof station>;

export const stations = {
  create: operation('stations.create', 'POST', '/api/v2/stations', {
    body: z.object({
      name: name60,
      procedure_id: id.optional(),
      team_id: z.string().nullish(),
      metadata: metadata.optional(),
    }),
    answer: idAnswer,
    refusals: [404],
  }),
  list: operation('stations.list', 'GET', '/api/v2/stations', {
    query: pageQuery.extend({ search_query: z.string().optional(), procedure_ids: many(id), ...metadataQuery }),
    answer: page(stationListItem),
  }),
  getCurrent: operation('stations.get_current', 'GET', '/api/v2/stations/current', {
    access: ['station'],
    answer: station,
  }),
  get: operation('stations.get', 'GET', '/api/v2/stations/{id}', {
    access: ['user', 'station'],
    params: byId,
    answer: station,
    refusals: [404],
  }),
  update: operation('stations.update', 'PATCH', '/api/v2/stations/{id}', {
    params: byId,
    body: z.object({
      name: name60.optional(),
      image_id: imageIdOrNone.optional(),
      team_id: z.string().nullish(),
      metadata: metadataChange.optional(),
    }),
    answer: z.object({ id, name: z.string() }),
    refusals: [404],
  }),
  remove: operation('stations.remove', 'DELETE', '/api/v2/stations/{id}', {
    params: byId,
    answer: idAnswer,
    refusals: [404],
  }),
} as const;
