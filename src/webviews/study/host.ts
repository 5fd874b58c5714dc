import * as z from 'zod';
import type { FromStudyPage } from '../../shared/contract/studyPage.ts';
import { post, ViewState } from '../shared/host.ts';

export const send = (message: FromStudyPage): void => post(message);

const gaugeMethod = z.enum(['anova', 'ranges']);
export type GaugeMethod = z.infer<typeof gaugeMethod>;

/** Creating it saves the subject, by which the host restores the page. */
export const viewState = new ViewState(z.object({ method: gaugeMethod.default('anova') }));
