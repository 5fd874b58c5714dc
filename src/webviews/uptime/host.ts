import * as z from 'zod';
import type { FromUptime } from '../../shared/contract/uptimeView.ts';
import { post, ViewState } from '../shared/host.ts';
import { sortKeys } from './order.ts';

export const send = (message: FromUptime): void => post(message);

export const viewState = new ViewState(
  z.object({
    station: z.uuid().nullable().catch(null),
    date: z.iso.date().nullable().catch(null),
    sort: z.enum(sortKeys).catch('name'),
    filter: z.string().catch(''),
    table: z.boolean().catch(false),
    scroll: z.number().catch(0),
  }),
);
