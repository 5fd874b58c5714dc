import type { SyntaxNode } from '@lezer/common';
import { formatPattern, isPlainName, type NamePattern, percentPattern } from './namePattern.ts';
import type { PythonSource } from './pythonSource.ts';
import type { DeclaredMeasurement } from './scriptInfo.ts';

const declaresMeasurement = /(?:^|\.)Measurement$/;
const declaresMeasurements = /(?:^|\.)measures$/;
/** Keys that the dictionary of a measurement has and that of a phase or a unit lacks. */
const measurementKeys = new Set(['measured_value', 'lower_limit', 'upper_limit', 'validators', 'aggregations']);

export function findMeasurements(
  python: PythonSource,
  isPhase: (functionName: string) => boolean,
): DeclaredMeasurement[] {
  const found: DeclaredMeasurement[] = [];
  const add = (node: SyntaxNode | null, phase: NamePattern | null, usesArguments: boolean): void => {
    const name = node && namePattern(node, python, usesArguments);
    if (!node || !name || name.every((part) => part === '')) return;
    found.push({ phase, name, literal: { from: node.from, to: node.to } });
  };
  for (const list of python.nodes('ArgList', 'DictionaryExpression')) {
    if (list.name === 'DictionaryExpression') {
      if (!isMeasurement(list, python, isPhase)) continue;
      add(valueOf(list, 'name', python), ownerOfDictionary(list, python) ?? functionPhase(list, python), false);
      continue;
    }
    for (const name of namesIn(list, python)) add(name, functionPhase(list, python), true);
  }
  return found;
}

function namesIn(list: SyntaxNode, python: PythonSource): SyntaxNode[] {
  const start = list.parent?.firstChild;
  if (!list.parent || !start) return [];
  const callee = python.ownName(python.source.slice(start.name === 'At' ? start.to : start.from, list.from).trim());
  if (declaresMeasurements.test(callee)) return positional(list);
  if (!declaresMeasurement.test(callee)) return [];
  const named = python.argument(list.parent, 'name');
  const first = named?.nextSibling?.nextSibling ?? positional(list)[0];
  return first === undefined ? [] : [first];
}

export function positional(list: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = list.firstChild; child !== null; child = child.nextSibling) {
    if (/^[(),]$/.test(child.name) || child.prevSibling?.name === 'AssignOp') continue;
    if (child.nextSibling?.name !== 'AssignOp') found.push(child);
  }
  return found;
}

/** @param usesArguments whether OpenHTF fills the braces of a plain string with the arguments of `with_args` */
export function namePattern(node: SyntaxNode, python: PythonSource, usesArguments: boolean): NamePattern | null {
  if (node.name === 'FormatString') {
    const match = /^(?:[fF][rR]?|[rR][fF])("""|'''|"|')([^\\]*)\1$/s.exec(python.text(node));
    return match?.[2] === undefined ? null : formatPattern(match[2]);
  }
  if (node.name === 'ContinuedString' && node.getChild('FormatString') !== null) {
    const parts = [...node.getChildren('String'), ...node.getChildren('FormatString')]
      .sort((a, b) => a.from - b.from)
      .map((part) => namePattern(part, python, usesArguments));
    return parts.includes(null) ? null : joined(parts);
  }
  const text = python.literal(node);
  if (text !== null) return usesArguments ? formatPattern(text) : [text];
  if (node.name === 'BinaryExpression' && python.text(node.getChild('ArithOp')) === '%') {
    const formatted = python.literal(node.firstChild);
    return formatted === null ? null : percentPattern(formatted);
  }
  if (node.name !== 'CallExpression' || !python.text(node.firstChild).endsWith('.format')) return null;
  const formatted = python.literal(node.firstChild?.firstChild ?? null);
  return formatted === null ? null : formatPattern(formatted);
}

function joined(parts: readonly (NamePattern | null)[]): NamePattern {
  return parts.reduce<string[]>((whole, part) => {
    const [first = '', ...others] = part ?? [];
    return [...whole.slice(0, -1), (whole.at(-1) ?? '') + first, ...others];
  }, []);
}

function isMeasurement(
  dictionary: SyntaxNode,
  python: PythonSource,
  isPhase: (functionName: string) => boolean,
): boolean {
  const keys = dictionary.getChildren('String').map((each) => keyText(each, python));
  if (!keys.includes('name') || keys.includes('measurements')) return false;
  if (keys.some((key) => key !== null && measurementKeys.has(key))) return true;
  const owner = enclosingFunction(dictionary);
  return !keys.includes('start_time_millis') && owner !== null && isPhase(functionName(owner, python));
}

function ownerOfDictionary(dictionary: SyntaxNode, python: PythonSource): NamePattern | null {
  for (let node = dictionary.parent; node !== null && node.name !== 'FunctionDefinition'; node = node.parent) {
    if (node.name !== 'DictionaryExpression') continue;
    const name = valueOf(node, 'measurements', python) === null ? null : valueOf(node, 'name', python);
    if (name !== null) return namePattern(name, python, false);
  }
  return null;
}

function functionPhase(node: SyntaxNode, python: PythonSource): NamePattern | null {
  const owner = enclosingFunction(node);
  if (owner === null) return null;
  const decorated = owner.parent?.name === 'DecoratedStatement' ? owner.parent : null;
  return givenName(decorated?.getChildren('Decorator') ?? [], python) ?? [functionName(owner, python)];
}

/** Returns the name that decorators give a phase; null for that of its function. */
export function givenName(decorators: readonly SyntaxNode[], python: PythonSource): NamePattern | null {
  for (const decorator of decorators) {
    const argument = python.argument(decorator, 'name');
    const value = argument?.nextSibling?.nextSibling;
    const name = value ? namePattern(value, python, true) : null;
    if (name !== null && (isPlainName(name) || name.some((part) => part !== ''))) return name;
  }
  return null;
}

export function enclosingFunction(node: SyntaxNode): SyntaxNode | null {
  for (let around: SyntaxNode | null = node; around !== null; around = around.parent) {
    if (around.name === 'FunctionDefinition') return around;
    if (around.name === 'DecoratedStatement') return around.getChild('FunctionDefinition');
  }
  return null;
}

const functionName = (node: SyntaxNode, python: PythonSource): string => python.text(node.getChild('VariableName'));

function valueOf(dictionary: SyntaxNode, key: string, python: PythonSource): SyntaxNode | null {
  const found = dictionary.getChildren('String').find((each) => keyText(each, python) === key);
  return found?.nextSibling?.nextSibling ?? null;
}

const keyText = (node: SyntaxNode, python: PythonSource): string | null =>
  node.nextSibling?.name === ':' ? python.literal(node) : null;
