import type { SyntaxNode } from '@lezer/common';
import type { PythonSource } from './pythonSource.ts';
import type { DeclaredMeasurements, OutlinedPhase } from './scriptInfo.ts';

const takesPhases = /(?:^|\.)(?:Test|PhaseGroup|PhaseSequence|Subtest|BranchSequence|with_\w+|combine|wrap)$/;
const phaseArguments = new Set(['setup', 'main', 'teardown', 'nodes']);
/** Decorators of functions that OpenHTF calls with the results of a phase. Such a function is no phase. */
const isDiagnoser = /(?:^|\.)(?:Phase|Test)Diagnoser$/;
const declaresMeasurements = /^@?[\w.]*\b(?:Measurement|measures)\s*$/;

interface FunctionNode {
  readonly node: SyntaxNode;
  readonly decorators: readonly SyntaxNode[];
  readonly isTopLevel: boolean;
}

/**
 * Returns the phases of a script: functions that are passed to `htf.Test` or to groups and sequences, functions with a
 * decorator of OpenHTF, and in scripts without OpenHTF the functions named `phase_…`. Phases that the script imports or
 * creates at run time are not found.
 */
export function findPhases(python: PythonSource): { phases: OutlinedPhase[]; hasPlainPhases: boolean } {
  const functions = functionsOf(python);
  const usesOpenHtf = python.openhtf.size > 0;
  const names = new Set<string>();
  for (const call of python.calls(takesPhases)) {
    const list = call.getChild('ArgList');
    if (list !== null) for (const name of references(list, python)) names.add(name);
  }
  for (const [name, { decorators, isTopLevel }] of functions) {
    if (decorators.some((each) => isDiagnoser.test(decoratorName(each, python)))) {
      names.delete(name);
      continue;
    }
    const isDecorated = decorators.some((each) => python.openhtf.has(python.text(each.getChild('VariableName'))));
    const isPlain = !usesOpenHtf && isTopLevel && name.startsWith('phase_');
    if (isDecorated || isPlain) names.add(name);
  }
  const found = [...names].flatMap((name) => functions.get(name) ?? []);
  return {
    phases: found.map((each) => outlinePhase(each, python)),
    hasPlainPhases: !usesOpenHtf && found.some(({ isTopLevel }) => isTopLevel),
  };
}

function functionsOf(python: PythonSource): Map<string, FunctionNode> {
  const functions = new Map<string, FunctionNode>();
  for (const node of python.functions) {
    const decorated = node.parent?.name === 'DecoratedStatement' ? node.parent : null;
    const outer = (decorated ?? node).parent;
    if (outer?.parent?.name === 'ClassDefinition') continue;
    functions.set(python.text(node.getChild('VariableName')), {
      node,
      decorators: decorated?.getChildren('Decorator') ?? [],
      isTopLevel: outer?.name === 'Script',
    });
  }
  return functions;
}

function decoratorName(decorator: SyntaxNode, python: PythonSource): string {
  return python.ownName(/^@\s*([\w.]+)/.exec(python.text(decorator))?.[1] ?? '');
}

function outlinePhase({ node, decorators }: FunctionNode, python: PythonSource): OutlinedPhase {
  return {
    name: givenName(decorators, python) ?? python.text(node.getChild('VariableName')),
    line: python.lineAt(node.from),
    endLine: python.lineAt(node.to - 1),
    measurements: measurementsIn([...decorators, node], python),
  };
}

function givenName(decorators: readonly SyntaxNode[], python: PythonSource): string | undefined {
  for (const decorator of decorators) {
    const argument = python.argument(decorator, 'name');
    const name = python.literal(argument?.nextSibling?.nextSibling ?? null);
    if (name !== null) return name.includes('{') ? undefined : name;
  }
  return undefined;
}

/** Returns the names in an argument list, through lists, variables, `phase.with_args(…)` and `measures(…)(phase)`. */
function references(node: SyntaxNode, python: PythonSource, seen: ReadonlySet<string> = new Set()): string[] {
  const found: string[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    const key = child.prevSibling?.name === 'AssignOp' ? python.text(child.prevSibling.prevSibling) : undefined;
    if (key !== undefined && !phaseArguments.has(key)) continue;
    if (child.name === 'VariableName' && child.nextSibling?.name !== 'AssignOp') {
      const name = python.text(child);
      const value = seen.has(name) ? undefined : python.assignedValue(name);
      found.push(name);
      if (value !== undefined && isList(value)) found.push(...references(value, python, new Set([...seen, name])));
    } else if (isList(child)) {
      found.push(...references(child, python, seen));
    } else if (child.name === 'CallExpression') {
      const callee = child.firstChild;
      const list = child.getChild('ArgList');
      if (callee?.name === 'MemberExpression') found.push(python.text(callee.firstChild));
      else if (callee?.name === 'CallExpression' && list !== null) found.push(...references(list, python, seen));
    }
  }
  return found;
}

const isList = ({ name }: SyntaxNode): boolean => /^(?:Array|Tuple|Parenthesized)Expression$/.test(name);

function measurementsIn(nodes: readonly SyntaxNode[], python: PythonSource): DeclaredMeasurements {
  const found: Record<string, number> = {};
  const add = (node: SyntaxNode | null): void => {
    const name = python.literal(node);
    if (node !== null && name !== null) found[name] ??= python.lineAt(node.from);
  };
  for (const each of nodes) {
    each.cursor().iterate((at) => {
      if (at.to > each.to || at.from < each.from) return false;
      if (at.name === 'ArgList' && declaresMeasurements.test(python.source.slice(at.node.parent?.from, at.from))) {
        for (const text of at.node.getChildren('String')) add(text);
      }
      if (at.name === 'DictionaryExpression') add(nameValue(at.node, python));
      return undefined;
    });
  }
  return found;
}

function nameValue(dictionary: SyntaxNode, python: PythonSource): SyntaxNode | null {
  const key = dictionary.getChildren('String').find((each) => python.literal(each) === 'name');
  return key?.nextSibling?.name === ':' ? key.nextSibling.nextSibling : null;
}
