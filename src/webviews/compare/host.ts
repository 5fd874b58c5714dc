import * as z from 'zod';
import type { FromComparePage } from '../../shared/contract/comparePage.ts';
import { post, ViewState } from '../shared/host.ts';

export const send = (message: FromComparePage): void => post(message);

export const viewState = new ViewState(
  z.object({ onlyDifferences: z.boolean().catch(false), name: z.string().catch('') }),
);
