import type * as vscode from 'vscode';
import { fileKindOf } from '../../vscode/scriptFile.ts';
import { procedureKind } from './procedureKind.ts';
import { pythonKind, robotKind } from './pythonKind.ts';
import type { TestKind } from './testKind.ts';

const testKinds: readonly TestKind[] = [pythonKind, robotKind, procedureKind];

/** Returns how a document runs. One of no kind is run as a Python script, as the user asked. */
export function testKindOf(document: vscode.TextDocument): TestKind {
  const files = fileKindOf(document);
  return testKinds.find((kind) => kind.files === files) ?? pythonKind;
}
