import type { SyntaxNode } from '@lezer/common';
import { parser } from '@lezer/python';

export { outlineScript } from './phaseScan.ts';

/** How a call that makes a run gives its procedure. */
export type ProcedureArgument =
  | { readonly kind: 'named'; readonly id: string }
  /** The call gives none. */
  | { readonly kind: 'unnamed' }
  /** Only running the script would tell. */
  | { readonly kind: 'computed' };

/** `htf.Test(…)`, `client.create_run(…)` of the v1 client, `client.runs.create(…)` of the v2 client. */
const makesRun = /(?:^|\.)(?:Test|create_run|runs\.create)$/;

/**
 * The procedures that a script's own calls name, read without running it. Calls in modules that it imports are not seen.
 * Source that does not parse gives what could be read of it.
 */
export function scanScript(source: string): ProcedureArgument[] {
  const constants = new Map<string, string | null>();
  const calls: SyntaxNode[] = [];
  parser.parse(source).iterate({
    enter({ name, node }) {
      if (name === 'AssignStatement' && node.parent?.name === 'Script') rememberConstant(constants, node, source);
      if (name === 'CallExpression' && makesRun.test(text(node.firstChild, source))) calls.push(node);
    },
  });
  return calls.map((call) => procedureOf(call.getChild('ArgList'), constants, source));
}

function procedureOf(
  list: SyntaxNode | null,
  constants: ReadonlyMap<string, string | null>,
  source: string,
): ProcedureArgument {
  for (const argument of list?.getChildren('VariableName') ?? []) {
    const value = argument.nextSibling?.name === 'AssignOp' ? argument.nextSibling.nextSibling : null;
    if (value === null || text(argument, source) !== 'procedure_id') continue;
    const id = value.name === 'VariableName' ? (constants.get(text(value, source)) ?? null) : literal(value, source);
    return id === null ? { kind: 'computed' } : { kind: 'named', id };
  }
  const unpacks = /(?:^|[(,\s])\*\*/.test(text(list, source));
  return { kind: unpacks ? 'computed' : 'unnamed' };
}

const text = (node: SyntaxNode | null, source: string): string => (node ? source.slice(node.from, node.to) : '');

/** Module constants that are assigned once; a second assignment makes the value unknown. */
function rememberConstant(constants: Map<string, string | null>, node: SyntaxNode, source: string): void {
  const [name, value] = [node.getChild('VariableName'), node.lastChild];
  if (name === null || value === null) return;
  const key = text(name, source);
  constants.set(key, constants.has(key) ? null : literal(value, source));
}

/** The value of a plain string literal. Escapes and f-strings are left to Python. */
function literal(node: SyntaxNode, source: string): string | null {
  if (node.name === 'ContinuedString') {
    const parts = node.getChildren('String').map((part) => literal(part, source));
    return parts.includes(null) || node.getChild('FormatString') !== null ? null : parts.join('');
  }
  if (node.name !== 'String') return null;
  const match = /^[rRuU]?("""|'''|"|')([^\\]*)\1$/s.exec(text(node, source));
  return match?.[2] ?? null;
}
