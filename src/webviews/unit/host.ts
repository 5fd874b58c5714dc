import * as z from 'zod';
import type { FromUnitPage } from '../../shared/contract/unitPage.ts';
import { post, ViewState } from '../shared/host.ts';

export const send = (message: FromUnitPage): void => post(message);

export const viewState = new ViewState(z.object({ marked: z.array(z.string()).catch([]) }));
