import { parser } from '@lezer/python';
import type { SyntaxNode } from '@lezer/common';

/** A `procedure_id=` argument in a script. */
export interface ProcedureArgument {
  /** The text it stands for, or null when only running the script would tell. */
  readonly value: string | null;
  /** Offsets of the value in the source. */
  readonly from: number;
  readonly to: number;
}

export interface ScriptScan {
  readonly usesOpenHtf: boolean;
  readonly procedureArguments: readonly ProcedureArgument[];
}

/** What a script says of itself without being run. Source that does not parse gives what could be read of it. */
export function scanScript(source: string): ScriptScan {
  const constants = new Map<string, string | null>();
  const found: { node: SyntaxNode }[] = [];
  let usesOpenHtf = false;
  parser.parse(source).iterate({
    enter({ name, node }) {
      if (name === 'ImportStatement') usesOpenHtf ||= importsOpenHtf(node, source);
      if (name === 'AssignStatement' && node.parent?.name === 'Script') rememberConstant(constants, node, source);
      if (name === 'ArgList') {
        for (const argument of node.getChildren('VariableName')) {
          const value = argument.nextSibling?.name === 'AssignOp' ? argument.nextSibling.nextSibling : null;
          if (value !== null && text(argument, source) === 'procedure_id') found.push({ node: value });
        }
      }
    },
  });
  return {
    usesOpenHtf,
    procedureArguments: found.map(({ node }) => ({
      value: node.name === 'VariableName' ? (constants.get(text(node, source)) ?? null) : literal(node, source),
      from: node.from,
      to: node.to,
    })),
  };
}

const text = (node: SyntaxNode, source: string): string => source.slice(node.from, node.to);

function importsOpenHtf(node: SyntaxNode, source: string): boolean {
  return /^(?:import|from)\s[^#]*\bopenhtf\b/.test(text(node, source));
}

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
