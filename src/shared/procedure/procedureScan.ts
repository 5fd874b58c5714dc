import type { ProcedureStage } from '../contract/procedureFile.ts';
import type { OutlinedGroup, ScriptInfo } from '../script/scriptInfo.ts';
import { readProcedure } from './readProcedure.ts';

export { readProcedure } from './readProcedure.ts';

/** A file that is no procedure has no phases. If it has phases in several stages, each stage is a group. */
export function scanProcedure(source: string, fileName: string): ScriptInfo {
  const reading = readProcedure(source, fileName);
  const phases = (reading?.phases ?? []).filter(({ isEnabled }) => isEnabled);
  const groups = new Map<ProcedureStage, OutlinedGroup>();
  for (const { stage, line, endLine } of phases) {
    const { line: first = reading?.stageLines[stage] ?? line } = groups.get(stage) ?? {};
    groups.set(stage, { name: stage, line: first, endLine });
  }
  const measurements = phases.flatMap((phase) =>
    Object.entries(phase.measurementSpans).map(([name, literal]) => ({
      phase: [phase.name],
      name: [name],
      literal,
    })),
  );
  return {
    isRunnable: phases.length > 0,
    phases: phases.map((phase) => {
      const { name, line, endLine, stage, measurementLines: measurements } = phase;
      const group = groups.get(stage);
      return { name, line, endLine, measurements, ...(groups.size > 1 && group !== undefined && { group }) };
    }),
    entry: reading === undefined ? null : 0,
    measurements,
    procedures: [],
    procedureArguments: reading === undefined ? [] : [{ kind: 'unnamed' }],
    keys: [],
    usesOpenHtf: false,
    lacksPartNumber: false,
  };
}
