import * as z from 'zod';
import { analyticsSplit } from '../../shared/contract/analytics.ts';
import { type FromInsight, insightDays, type InsightQuestion } from '../../shared/contract/insightView.ts';
import { post, ViewState } from '../shared/host.ts';

export const send = (message: FromInsight): void => post(message);

export const measurementOrders = ['recorded', 'name', 'count', 'failed', 'mean', 'sigma', 'ppk'] as const;
export type MeasurementOrder = (typeof measurementOrders)[number];

export const viewState = new ViewState(
  z.object({
    days: z.literal(insightDays).nullable().catch(30),
    split_by: analyticsSplit.catch('station'),
    group: z.string().nullable().catch(null),
    order: z.enum(measurementOrders).catch('recorded'),
    isDescending: z.boolean().catch(false),
    hasAllFailures: z.boolean().catch(false),
    isWesternElectric: z.boolean().catch(false),
    scroll: z.number().catch(0),
  }),
);
export type Chosen = typeof viewState.value;

export const questionOf = ({ days, split_by, group }: Chosen): InsightQuestion => ({ days, split_by, group });
