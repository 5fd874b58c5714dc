import type * as vscode from 'vscode';
import { procedureFiles } from '../../../shared/script/testFiles.ts';
import { fileKindOf } from '../../vscode/scriptFile.ts';
import { pythonKind, robotKind } from './pythonKind.ts';
import type { TestKind } from './testKind.ts';

/** `procedure.yaml`, which TofuPilot's own program runs. What that takes is loaded at the first run. */
const procedureKind: TestKind = {
  files: procedureFiles,
  prepare: async (dependencies, run) =>
    (await import('../engine/prepareProcedure.ts')).prepareProcedure(dependencies, run),
};

const testKinds: readonly TestKind[] = [pythonKind, robotKind, procedureKind];

/** Returns how a document runs. One of no kind is run as a Python script, as the user asked. */
export function testKindOf(document: vscode.TextDocument): TestKind {
  const files = fileKindOf(document);
  return testKinds.find((kind) => kind.files === files) ?? pythonKind;
}
