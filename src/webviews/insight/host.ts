import * as z from 'zod';
import { analyticsSplit } from '../../shared/contract/analytics.ts';
import { type FromInsight, type InsightQuestion, insightSubject } from '../../shared/contract/insightView.ts';
import { post, ViewState } from '../shared/host.ts';
import { measurementOrders } from './measurementOrder.ts';

export const send = (message: FromInsight): void => post(message);

const { days } = insightSubject.parse(JSON.parse(document.body.dataset['subject'] ?? '{}'));

export const viewState = new ViewState(
  z.object({
    days: insightSubject.shape.days.unwrap().catch(days),
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
