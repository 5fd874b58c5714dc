import type { SyntaxNode } from '@lezer/common';
import type { PythonSource } from './pythonSource.ts';

export interface Item {
  readonly keyword: string | null;
  readonly value: SyntaxNode;
}

export interface Entry {
  readonly key: string;
  readonly value: SyntaxNode;
  readonly from: number;
  readonly to: number;
}

/** Returns the arguments or items between brackets; null if some are unpacked or computed, as in `f(*a)` or `f(x for x in a)`. */
export function itemsOf(list: SyntaxNode, python: PythonSource): Item[] | null {
  const items: Item[] = [];
  for (const group of groupsOf(list)) {
    const [first, assign, value] = group;
    if (first === undefined) return null;
    if (group.length === 1) {
      items.push({ keyword: null, value: first });
    } else if (
      group.length === 3 &&
      value !== undefined &&
      first.name === 'VariableName' &&
      assign?.name === 'AssignOp' &&
      python.text(assign) === '='
    ) {
      items.push({ keyword: python.text(first), value });
    } else {
      return null;
    }
  }
  return items;
}

/** Returns null if a key is no plain text or something is unpacked. */
export function entriesOf(dictionary: SyntaxNode, python: PythonSource): Entry[] | null {
  const entries: Entry[] = [];
  for (const [key, colon, value, ...others] of groupsOf(dictionary)) {
    const text = python.literal(key ?? null);
    if (key === undefined || value === undefined || colon?.name !== ':' || others.length > 0 || text === null)
      return null;
    entries.push({ key: text, value, from: key.from, to: value.to });
  }
  return entries;
}

function groupsOf(bracket: SyntaxNode): SyntaxNode[][] {
  const groups: SyntaxNode[][] = [[]];
  for (const child of childrenOf(bracket).slice(1, -1)) {
    if (child.name === ',') groups.push([]);
    else groups.at(-1)?.push(child);
  }
  if (groups.at(-1)?.length === 0) groups.pop();
  return groups;
}

export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (child.name !== 'Comment') children.push(child);
  }
  return children;
}

export function withoutParentheses(node: SyntaxNode): SyntaxNode {
  const [, inner, ...others] = childrenOf(node);
  return node.name === 'ParenthesizedExpression' && inner !== undefined && others.length === 1
    ? withoutParentheses(inner)
    : node;
}

export function numberOf(node: SyntaxNode, python: PythonSource): number | null {
  if (node.name === 'UnaryExpression') {
    const [sign, operand, ...others] = childrenOf(node);
    if (sign?.name !== 'ArithOp' || operand?.name !== 'Number' || others.length > 0) return null;
    const value = numberOf(operand, python);
    const text = python.text(sign);
    if (value === null || (text !== '-' && text !== '+')) return null;
    return text === '-' ? -value : value;
  }
  if (node.name !== 'Number') return null;
  const value = Number(python.text(node).replaceAll('_', ''));
  return Number.isFinite(value) ? value : null;
}

export function pythonNumber(value: number | null): string {
  if (value === null) return 'None';
  const text = String(value);
  // A long integer would be exact in Python, and differ from the nearest float.
  return Number.isInteger(value) && !Number.isSafeInteger(value) && !text.includes('e') ? `${text}.0` : text;
}

export function ancestorsOf(node: SyntaxNode): SyntaxNode[] {
  const ancestors: SyntaxNode[] = [];
  for (let parent = node.parent; parent !== null; parent = parent.parent) ancestors.push(parent);
  return ancestors;
}

export function hasComment(python: PythonSource, from: number, to: number): boolean {
  return python.nodes('Comment').some((comment) => comment.from >= from && comment.to <= to);
}
