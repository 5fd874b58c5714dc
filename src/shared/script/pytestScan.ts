import type { SyntaxNode } from '@lezer/common';
import { enclosingFunction, namePattern, positional } from './measurementScan.ts';
import type { NamePattern } from './namePattern.ts';
import type { PythonSource } from './pythonSource.ts';
import type { DeclaredMeasurement } from './scriptInfo.ts';

export interface PytestTest {
  /** Such as `test_supply` or `TestRadio::test_power`. */
  readonly name: string;
  readonly node: SyntaxNode;
}

const isNamedAsTests = (fileName: string): boolean => /^(?:test_.*|.*_test)\.py$/.test(fileName);
const importsOtherKind = /^(?:from\s+|import\s(?:.*[\s,])?)(?:openhtf|tofupilot)\b/s;
const importsPytest = /^(?:from\s+|import\s(?:.*[\s,])?)pytest\b/s;

/**
 * Returns the tests of a file that the runner hands to pytest; none if it is another script. `pytest_file.py` of the runner has the
 * same rule: it imports pytest, or it is named as its files are and does nothing of its own.
 * @param fileName without its folder
 */
export function findPytestTests(python: PythonSource, fileName: string): PytestTest[] {
  if (python.imports.some((text) => importsOtherKind.test(text))) return [];
  const isPytest = python.imports.some((text) => importsPytest.test(text));
  if (!isPytest && (!isNamedAsTests(fileName) || hasMainGuard(python))) return [];
  const tests: PytestTest[] = [];
  for (const node of python.functions) {
    const name = python.text(node.getChild('VariableName'));
    const { owner, isTopLevel } = ownerOf(node);
    if (isTopLevel && name.startsWith('phase_')) return [];
    if (!name.startsWith('test_')) continue;
    if (isTopLevel) tests.push({ name, node });
    else if (owner !== undefined) {
      const group = python.text(owner.getChild('VariableName'));
      if (group.startsWith('Test')) tests.push({ name: `${group}::${name}`, node });
    }
  }
  return tests;
}

function ownerOf(node: SyntaxNode): { owner?: SyntaxNode; isTopLevel: boolean } {
  const outer = undecorated(node).parent;
  if (outer?.name === 'Script') return { isTopLevel: true };
  const owner = outer?.name === 'Body' && outer.parent?.name === 'ClassDefinition' ? outer.parent : undefined;
  const isOfModule = owner !== undefined && undecorated(owner).parent?.name === 'Script';
  return { ...(isOfModule && { owner }), isTopLevel: false };
}

const undecorated = (node: SyntaxNode): SyntaxNode => (node.parent?.name === 'DecoratedStatement' ? node.parent : node);

const hasMainGuard = (python: PythonSource): boolean =>
  python.top.getChildren('IfStatement').some((node) => /^if\b[^:]*\b__name__\b/.test(python.text(node)));

/** Returns what the tests measure by the fixture `measure`. Its place in a helper belongs to no phase. */
export function findPytestMeasurements(python: PythonSource, tests: readonly PytestTest[]): DeclaredMeasurement[] {
  return python.calls(/^measure$/).flatMap((call) => {
    const list = call.getChild('ArgList');
    const node = python.argument(call, 'name')?.nextSibling?.nextSibling ?? (list && positional(list)[0]);
    const name = node ? namePattern(node, python, false) : null;
    if (!node || name === null || name.every((part) => part === '')) return [];
    const owner = enclosingFunction(call);
    const test = tests.find((each) => each.node.from === owner?.from && each.node.to === owner.to);
    return [
      { phase: test === undefined ? null : phaseOf(test, python), name, literal: { from: node.from, to: node.to } },
    ];
  });
}

function phaseOf({ name, node }: PytestTest, python: PythonSource): NamePattern {
  const decorators = node.parent?.name === 'DecoratedStatement' ? node.parent.getChildren('Decorator') : [];
  const hasParameters = decorators.some((each) => /\bparametrize\b/.test(python.text(each)));
  return hasParameters ? [`${name}[`, ']'] : [name];
}
