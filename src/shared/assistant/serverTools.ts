import type { ServerTool } from './tool.ts';
import { compareRuns } from './tools/compareRuns.ts';
import { createProcedure } from './tools/createProcedure.ts';
import { createStation } from './tools/createStation.ts';
import { findRuns } from './tools/findRuns.ts';
import { getLiveTest } from './tools/getLiveTest.ts';
import { getRun } from './tools/getRun.ts';
import { getRunLogs } from './tools/getRunLogs.ts';
import { getUnitHistory } from './tools/getUnitHistory.ts';
import { getYield } from './tools/getYield.ts';
import { linkProcedure } from './tools/linkProcedure.ts';
import { listMeasurements } from './tools/listMeasurements.ts';
import { listProcedures } from './tools/listProcedures.ts';
import { listStations } from './tools/listStations.ts';
import { measurementStatistics } from './tools/measurementStatistics.ts';
import { stationUptime } from './tools/stationUptime.ts';
import { suggestLimits } from './tools/suggestLimits.ts';
import { topFailures } from './tools/topFailures.ts';

/** The tools of the MCP server, in the order in which assistants see them. */
export const serverTools: readonly ServerTool[] = [
  listStations,
  listProcedures,
  findRuns,
  getRun,
  getRunLogs,
  getUnitHistory,
  compareRuns,
  getYield,
  topFailures,
  listMeasurements,
  measurementStatistics,
  suggestLimits,
  stationUptime,
  getLiveTest,
  createStation,
  createProcedure,
  linkProcedure,
];
