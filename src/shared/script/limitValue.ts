import type { SyntaxNode } from '@lezer/common';
import { LimitsRefusedError } from './limitsRefusal.ts';
import { childrenOf, numberOf, pythonNumber, withoutParentheses } from './pythonItems.ts';
import type { PythonSource } from './pythonSource.ts';

export interface TextEdit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

export interface WrittenLimit {
  readonly value: number | null;
  readonly node: SyntaxNode;
  readonly constant: { readonly name: string; readonly number: SyntaxNode } | null;
}

/** @throws LimitsRefusedError for what is no number, no None, and no constant of this file */
export function writtenLimit(argument: SyntaxNode, python: PythonSource): WrittenLimit {
  const node = withoutParentheses(argument);
  if (node.name === 'None') return { value: null, node, constant: null };
  const value = numberOf(node, python);
  if (value !== null) return { value, node, constant: null };
  const line = python.lineAt(node.from);
  const text = python.text(node);
  if (node.name === 'VariableName') {
    const number = constantNumber(text, python);
    const constant = number && numberOf(number, python);
    if (number === null || constant === null) throw new LimitsRefusedError('unknownConstant', text, line);
    return { value: constant, node, constant: { name: text, number } };
  }
  const isText = node.name.endsWith('String');
  throw new LimitsRefusedError(isText && text.includes('{') ? 'placeholder' : 'computed', text, line);
}

export function changeLimit(limit: WrittenLimit, value: number | null, python: PythonSource): TextEdit[] {
  if (limit.value === value) return [];
  const { constant } = limit;
  if (constant === null || value === null) return [replace(limit.node, pythonNumber(value))];
  const uses = usesOf(constant.name, python);
  if (uses.length > 1) {
    const [line = null, ...others] = uses.map((use) => python.lineAt(use.from));
    throw new LimitsRefusedError('sharedConstant', constant.name, line, others);
  }
  return [replace(constant.number, pythonNumber(value))];
}

export function addItems(list: SyntaxNode, added: readonly string[]): TextEdit {
  const last = childrenOf(list)
    .slice(1, -1)
    .findLast((child) => child.name !== ',');
  const at = last?.to ?? list.from + 1;
  return { from: at, to: at, text: (last === undefined ? '' : ', ') + added.join(', ') };
}

const replace = ({ from, to }: SyntaxNode, text: string): TextEdit => ({ from, to, text });

/** Returns where a name of the module is used other than by its definition, in strings, too. */
export function usesOf(name: string, python: PythonSource): SyntaxNode[] {
  const definition = definitionOf(name, python);
  return [
    ...python.nodes('VariableName').filter((node) => python.text(node) === name && node.from !== definition?.from),
    ...python.nodes('String').filter((node) => python.text(node).slice(1, -1) === name),
  ];
}

/** Returns the statement that assigns a name at the top of the module, if it is the only one. */
export function definitionOf(name: string, python: PythonSource): SyntaxNode | null {
  const found = python.top.getChildren('AssignStatement').filter((statement) => {
    const [target, ...rest] = childrenOf(statement);
    const [operator, , ...others] = rest.filter(({ name: kind }) => kind !== 'TypeDef');
    return target && python.text(target) === name && operator?.name === 'AssignOp' && others.length === 0;
  });
  return found.length === 1 ? (found[0] ?? null) : null;
}

function constantNumber(name: string, python: PythonSource): SyntaxNode | null {
  const definition = definitionOf(name, python);
  const value = definition && childrenOf(definition).at(-1);
  if (!definition || !value || value.name === 'TypeDef') return null;
  // Anything else that binds the name may give it another value.
  const isBoundAgain = python
    .nodes('VariableName')
    .some((node) => python.text(node) === name && node.from !== definition.from && isBinding(node));
  const hasStarImport = python.imports.some(
    (text) => /\*\s*$/.test(text) && python.source.indexOf(text) > definition.from,
  );
  return isBoundAgain || hasStarImport ? null : withoutParentheses(value);
}

const binds =
  /^(?:UpdateStatement|ForStatement|ParamList|ImportStatement|ScopeStatement|DeleteStatement|WithStatement|TryStatement|NamedExpression|CapturePattern|FunctionDefinition|ClassDefinition|.*ComprehensionExpression)$/;

function isBinding(node: SyntaxNode): boolean {
  const parent = node.parent?.name ?? '';
  if (parent === 'AssignStatement') return /^(?:AssignOp|,|TypeDef)$/.test(node.nextSibling?.name ?? '');
  return binds.test(parent);
}
