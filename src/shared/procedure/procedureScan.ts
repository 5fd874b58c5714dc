import type { ScriptInfo } from '../script/scriptInfo.ts';
import { readProcedure } from './readProcedure.ts';

export { readProcedure } from './readProcedure.ts';

/** Returns what a `procedure.yaml` shows to the features that know scripts. A file that is no procedure has no phases. */
export function scanProcedure(source: string, fileName: string): ScriptInfo {
  const reading = readProcedure(source, fileName);
  const phases = (reading?.phases ?? []).filter(({ isEnabled }) => isEnabled);
  const measurements = phases.flatMap((phase) =>
    Object.entries(phase.measurementSpans).map(([name, literal]) => ({
      phase: [phase.name],
      name: [name],
      literal,
    })),
  );
  return {
    isRunnable: phases.length > 0,
    phases: phases.map(({ name, line, endLine, measurementLines }) => ({
      name,
      line,
      endLine,
      measurements: measurementLines,
    })),
    entry: reading === undefined ? null : 0,
    measurements,
    procedures: [],
    procedureArguments: reading === undefined ? [] : [{ kind: 'unnamed' }],
    keys: [],
    usesOpenHtf: false,
    lacksPartNumber: false,
  };
}
