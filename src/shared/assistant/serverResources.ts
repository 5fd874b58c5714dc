import type { AssistantResource } from './resource.ts';
import { runReport } from './resources/runReport.ts';
import { stationUptimeResource } from './resources/stationUptimeResource.ts';
import { unitResource } from './resources/unitResource.ts';

/** What assistants can read by address. */
export const serverResources: readonly AssistantResource[] = [runReport, stationUptimeResource, unitResource];
