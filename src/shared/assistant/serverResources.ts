import type { AssistantResource } from './resource.ts';
import { runReport } from './resources/runReport.ts';

/** What assistants can read by address. */
export const serverResources: readonly AssistantResource[] = [runReport];
