import * as z from 'zod';
import type { FromLimitsPage } from '../../shared/contract/limitsPage.ts';
import { post, ViewState } from '../shared/host.ts';

export const send = (message: FromLimitsPage): void => post(message);

const limits = z.object({ lower: z.number().nullable(), upper: z.number().nullable() });

/** The limits that the user has chosen and not applied yet; null before the first choice. */
export const viewState = new ViewState(z.object({ limits: limits.nullable().catch(null) }));
