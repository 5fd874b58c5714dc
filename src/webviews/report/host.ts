import * as z from 'zod';
import { logLevel } from '../../shared/contract/common.ts';
import type { FromReport } from '../../shared/contract/report.ts';
import { post, ViewState } from '../shared/host.ts';

export const send = (message: FromReport): void => post(message);

export const viewState = new ViewState(
  z.object({
    failedOnly: z.boolean().catch(false),
    name: z.string().catch(''),
    level: logLevel.catch('DEBUG'),
    text: z.string().catch(''),
    scroll: z.number().catch(0),
  }),
);
