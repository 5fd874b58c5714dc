import * as z from 'zod';
import { logLevel } from '../../shared/contract/common.ts';
import type { FromReport } from '../../shared/contract/report.ts';
import { post, ViewState } from '../shared/host.ts';

/** Sends a message to the report's host. */
export const send = (message: FromReport): void => post(message);

/** What the user chose, and where they were. */
export const kept = new ViewState(
  z.object({
    failedOnly: z.boolean().catch(false),
    name: z.string().catch(''),
    level: logLevel.catch('DEBUG'),
    text: z.string().catch(''),
    scroll: z.number().catch(0),
  }),
);
