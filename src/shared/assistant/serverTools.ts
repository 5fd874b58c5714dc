import type { ServerTool } from './tool.ts';
import { listStations } from './tools/listStations.ts';

/** The tools of the MCP server, in the order in which assistants see them. */
export const serverTools: readonly ServerTool[] = [listStations];
