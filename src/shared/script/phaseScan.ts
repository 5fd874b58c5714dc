import type { SyntaxNode } from '@lezer/common';
import { findMeasurements, givenName } from './measurementScan.ts';
import { isPlainName } from './namePattern.ts';
import type { PythonSource } from './pythonSource.ts';
import type { DeclaredMeasurement, DeclaredMeasurements, OutlinedPhase } from './scriptInfo.ts';

const takesPhases = /(?:^|\.)(?:Test|PhaseGroup|PhaseSequence|Subtest|BranchSequence|with_\w+|combine|wrap)$/;
const phaseArguments = new Set(['setup', 'main', 'teardown', 'nodes']);
/** Decorators of functions that OpenHTF calls with the results of a phase. Such a function is no phase. */
const isDiagnoser = /(?:^|\.)(?:Phase|Test)Diagnoser$/;

interface FoundPhases {
  readonly phases: OutlinedPhase[];
  readonly measurements: DeclaredMeasurement[];
  readonly hasPlainPhases: boolean;
}

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
export function findPhases(python: PythonSource): FoundPhases {
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
  const measurements = findMeasurements(python, (name) => names.has(name));
  return {
    phases: found.map((each) => outlinePhase(each, measurements, python)),
    measurements,
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

function outlinePhase(
  { node, decorators }: FunctionNode,
  all: readonly DeclaredMeasurement[],
  python: PythonSource,
): OutlinedPhase {
  const given = givenName(decorators, python);
  const from = decorators[0]?.from ?? node.from;
  const measurements: Record<string, number> = {};
  for (const { name, literal } of all) {
    if (!isPlainName(name) || literal.from < from || literal.to > node.to) continue;
    measurements[name[0] ?? ''] ??= python.lineAt(literal.from);
  }
  return {
    name: given !== null && isPlainName(given) ? (given[0] ?? '') : python.text(node.getChild('VariableName')),
    line: python.lineAt(node.from),
    endLine: python.lineAt(node.to - 1),
    measurements: measurements satisfies DeclaredMeasurements,
  };
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
