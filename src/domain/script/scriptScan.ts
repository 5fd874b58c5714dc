import type { SyntaxNode } from '@lezer/common';
import { PythonSource } from './pythonSource.ts';
import { makesRun } from './scriptMarks.ts';

export { markScript } from './scriptMarks.ts';

export { outlineScript } from './phaseScan.ts';

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

function procedureOf(call: SyntaxNode, python: PythonSource): ProcedureArgument {
  const argument = python.argument(call, 'procedure_id');
  if (argument === undefined) {
    const unpacks = /(?:^|[(,\s])\*\*/.test(python.text(call.getChild('ArgList')));
    return { kind: unpacks ? 'computed' : 'unnamed' };
  }
  const value = python.valueOf(argument);
  const id = value && python.literal(value);
  return id === null ? { kind: 'computed' } : { kind: 'named', id };
}
