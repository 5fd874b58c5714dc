import * as z from 'zod';
import { byId, operation } from './common.ts';

export const deployments = {
  list: operation({
    id: 'deployments.list',
    method: 'GET',
    path: '/api/v2/deployments',
    access: ['user', 'station'],
    answer: z.never(),
    refusals: [501],
  }),
  get: operation({
    id: 'deployments.get',
    method: 'GET',
    path: '/api/v2/deployments/{id}',
    access: ['user', 'station'],
    params: byId,
    answer: z.never(),
    refusals: [501],
  }),
} as const;
