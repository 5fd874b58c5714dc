import type { SyntaxNode } from '@lezer/common';
import { PythonSource } from './pythonSource.ts';
import { makesRun } from './scriptMarks.ts';

export { outlineScript } from './phaseScan.ts';
export { markScript } from './scriptMarks.ts';

/** How a call that makes a run gives its procedure. */
export type ProcedureArgument =
  | { readonly kind: 'named'; readonly id: string }
  /** The call gives none. */
  | { readonly kind: 'unnamed' }
  /** Only running the script would tell. */
  | { readonly kind: 'computed' };

/**
 * The procedures that a script's own calls name, read without running it. Calls in modules that it imports are not seen.
 * Source that does not parse gives what could be read of it.
 */
export function scanScript(source: string): ProcedureArgument[] {
  const python = new PythonSource(source);
  return python.calls(makesRun).map((call) => procedureOf(call, python));
}

/**
 * Whether the script's own calls make runs and no line of it speaks of a part number, so that the runs would be refused.
 * False where only running the script would show it.
 */
export function lacksPartNumber(source: string): boolean {
  if (/part_number/i.test(source)) return false;
  const python = new PythonSource(source);
  const calls = python.calls(makesRun);
  return calls.length > 0 && !calls.some((call) => unpacks(call, python));
}

/** Whether a call takes arguments from a dictionary. */
const unpacks = (call: SyntaxNode, python: PythonSource): boolean =>
  /(?:^|[(,\s])\*\*/.test(python.text(call.getChild('ArgList')));

function procedureOf(call: SyntaxNode, python: PythonSource): ProcedureArgument {
  const argument = python.argument(call, 'procedure_id');
  if (argument === undefined) {
    return { kind: unpacks(call, python) ? 'computed' : 'unnamed' };
  }
  const value = python.valueOf(argument);
  const id = value && python.literal(value);
  return id === null ? { kind: 'computed' } : { kind: 'named', id };
}
