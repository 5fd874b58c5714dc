/** The bundle that is loaded at the first export. It must not import zod, not even through the contract. */
export { exportAuditLog } from './auditExport.ts';
export { exportRun } from './runExport.ts';
export { exportComparison, exportRunList } from './runListExport.ts';
export { exportStatistics } from './statisticsExport.ts';
export { exportStudy } from './studyExport.ts';
