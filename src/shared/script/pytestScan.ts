import type { SyntaxNode } from '@lezer/common';
import type { PythonSource } from './pythonSource.ts';

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

/** Returns the class of a method, if it is a class of the module. */
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
