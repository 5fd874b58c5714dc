import * as z from 'zod';
import { byId, operation } from './common.ts';

export const deployments = {
  list: operation('deployments.list', 'GET', '/api/v2/deployments', {
    access: ['user', 'station'],
    answer: z.never(),
    refusals: [501],
  }),
  get: operation('deployments.get', 'GET', '/api/v2/deployments/{id}', {
    access: ['user', 'station'],
    params: byId,
    answer: z.never(),
    refusals: [501],
  }),
} as const;
