import type { SyntaxNode } from '@lezer/common';
import { findPhases } from './phaseScan.ts';
import { PythonSource } from './pythonSource.ts';
import type { ProcedureArgument, ScriptInfo } from './scriptInfo.ts';
import { findEntry, findKeys, findProcedures } from './scriptMarks.ts';

/** In this module, because it is the one that is loaded with the parser. */
export { editableMeasurements, limitsEdit, limitsInScript } from './limitsEdit.ts';

const makesRun = /(?:^|\.)(?:Test|create_run|runs\.create)$/;

/** Reads the source of a script without running it. If it has syntax errors, the parts around them are still read. */
export function scanScript(source: string): ScriptInfo {
  const python = new PythonSource(source);
  const runCalls = python.calls(makesRun);
  const { phases, measurements, hasPlainPhases } = findPhases(python);
  return {
    usesOpenHtf: python.openhtf.size > 0,
    isRunnable: runCalls.length > 0 || hasPlainPhases,
    phases,
    measurements,
    entry: findEntry(python, runCalls),
    procedures: findProcedures(python, runCalls),
    keys: findKeys(python),
    procedureArguments: runCalls.map((call) => procedureArgument(call, python)),
    lacksPartNumber:
      runCalls.length > 0 && !/part_number/i.test(source) && !runCalls.some((call) => unpacksDict(call, python)),
  };
}

const unpacksDict = (call: SyntaxNode, python: PythonSource): boolean =>
  /(?:^|[(,\s])\*\*/.test(python.text(call.getChild('ArgList')));

function procedureArgument(call: SyntaxNode, python: PythonSource): ProcedureArgument {
  const argument = python.argument(call, 'procedure_id');
  if (argument === undefined) return { kind: unpacksDict(call, python) ? 'computed' : 'unnamed' };
  const id = python.literal(python.valueOf(argument));
  return id === null ? { kind: 'computed' } : { kind: 'named', id };
}
