import type { SyntaxNode } from '@lezer/common';

/** Names of measurements, each with the line that declares it, counted from 1. */
export type DeclaredMeasurements = Readonly<Record<string, number>>;

/**
 * What decorators and body of a phase declare: `Measurement("supply")`, `measures("supply")`, and the
 * `{"name": "supply"}` of scripts without OpenHTF.
 */
export function declaredIn(
  nodes: readonly SyntaxNode[],
  source: string,
  lineAt: (offset: number) => number,
): DeclaredMeasurements {
  const found: Record<string, number> = {};
  const add = (node: SyntaxNode | null | undefined): void => {
    const name = literalText(node ?? null, source);
    if (name !== undefined && node) found[name] ??= lineAt(node.from);
  };
  for (const each of nodes) {
    each.cursor().iterate((at) => {
      if (at.to > each.to || at.from < each.from) return false;
      if (at.name === 'ArgList' && isDeclaration(at.node, source))
        for (const text of at.node.getChildren('String')) add(text);
      if (at.name === 'DictionaryExpression') add(valueOfName(at.node, source));
      return undefined;
    });
  }
  return found;
}

function isDeclaration(list: SyntaxNode, source: string): boolean {
  const callee = source.slice(list.parent?.from ?? list.from, list.from);
  return /^@?[\w.]*\b(?:Measurement|measures)\s*$/.test(callee);
}

function valueOfName(dictionary: SyntaxNode, source: string): SyntaxNode | undefined {
  const key = dictionary.getChildren('String').find((each) => literalText(each, source) === 'name');
  const value = key?.nextSibling?.nextSibling;
  return key?.nextSibling?.name === ':' && value ? value : undefined;
}

/** The value of a plain string literal. Escapes and f-strings are left to Python. */
export function literalText(node: SyntaxNode | null, source: string): string | undefined {
  if (node?.name !== 'String') return undefined;
  return /^[rRuU]?("""|'''|"|')([^\\]*)\1$/s.exec(source.slice(node.from, node.to))?.[2];
}
