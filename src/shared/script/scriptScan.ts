import type { SyntaxNode } from '@lezer/common';
import { isPlainName } from './namePattern.ts';
import { findPhases } from './phaseScan.ts';
import { findPytestMeasurements, findPytestTests } from './pytestScan.ts';
import { PythonSource } from './pythonSource.ts';
import type { DeclaredMeasurement, OutlinedPhase, ProcedureArgument, ScriptInfo } from './scriptInfo.ts';
import { findEntry, findKeys, findProcedures, namedByVariable, statementOf } from './scriptMarks.ts';

/** In this module, because it is the one that is loaded with the parser. */
export { editableMeasurements, limitsEdit, limitsInScript } from './limitsEdit.ts';

const makesRun = /(?:^|\.)(?:Test|create_run|runs\.create)$/;

/** @param fileName without its folder; it says whether a file is one of pytest */
export function scanScript(source: string, fileName = ''): ScriptInfo {
  const python = new PythonSource(source);
  const runCalls = python.calls(makesRun);
  const tests = findPytestTests(python, fileName);
  const { phases, measurements: declared, hasPlainPhases } = findPhases(python);
  const measurements = tests.length > 0 ? findPytestMeasurements(python, tests) : declared;
  const variable = hasPlainPhases || tests.length > 0 ? namedByVariable(python) : undefined;
  return {
    usesOpenHtf: python.openhtf.size > 0,
    isRunnable: runCalls.length > 0 || hasPlainPhases || tests.length > 0,
    phases: tests.length > 0 ? tests.map(({ name, node }) => outlinedTest(name, node, measurements, python)) : phases,
    measurements,
    entry: tests[0] === undefined ? findEntry(python, runCalls) : statementOf(tests[0].node).from,
    procedures: variable?.procedures ?? findProcedures(python, runCalls),
    keys: findKeys(python),
    procedureArguments: variable?.arguments ?? runCalls.map((call) => procedureArgument(call, python)),
    lacksPartNumber:
      runCalls.length > 0 && !/part_number/i.test(source) && !runCalls.some((call) => unpacksDict(call, python)),
  };
}

function outlinedTest(
  name: string,
  node: SyntaxNode,
  all: readonly DeclaredMeasurement[],
  python: PythonSource,
): OutlinedPhase {
  const measurements: Record<string, number> = {};
  for (const { name: measured, literal } of all) {
    const isOwn = isPlainName(measured) && literal.from >= node.from && literal.to <= node.to;
    if (isOwn) measurements[measured[0] ?? ''] ??= python.lineAt(literal.from);
  }
  return { name, line: python.lineAt(node.from), endLine: python.lineAt(node.to - 1), measurements };
}

const unpacksDict = (call: SyntaxNode, python: PythonSource): boolean =>
  /(?:^|[(,\s])\*\*/.test(python.text(call.getChild('ArgList')));

function procedureArgument(call: SyntaxNode, python: PythonSource): ProcedureArgument {
  const argument = python.argument(call, 'procedure_id');
  if (argument === undefined) return { kind: unpacksDict(call, python) ? 'computed' : 'unnamed' };
  const id = python.literal(python.valueOf(argument));
  return id === null ? { kind: 'computed' } : { kind: 'named', id };
}
