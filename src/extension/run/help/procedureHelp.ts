import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, resolve } from 'node:path';
import * as vscode from 'vscode';
import type { ProcedureProblem } from '../../../shared/procedure/findProblems.ts';
import { definitionLine, pythonTarget } from '../../../shared/procedure/pythonReference.ts';
import { type ProcedureReading, type PythonMention, readProcedure } from '../../../shared/procedure/readProcedure.ts';
import { lineRange } from '../../vscode/scriptFile.ts';
import { rangeOf } from '../../vscode/scriptReader.ts';
import { hasSchemaExtension } from './procedureSchemaHelp.ts';

export { completionsAt, hoverAt } from './procedureSchemaHelp.ts';

const schemaProblems: readonly ProcedureProblem['kind'][] = ['syntax', 'unknownKey', 'missing', 'invalid'];

export async function diagnoseProcedure(document: vscode.TextDocument): Promise<vscode.Diagnostic[]> {
  const reading = readProcedure(document.getText(), document.uri.fsPath);
  if (reading === undefined) return [];
  const isChecked = hasSchemaExtension();
  const problems = reading.problems
    .filter(({ kind }) => !isChecked || !schemaProblems.includes(kind))
    .map((problem) => diagnostic(document, problem.span, messageOf(problem)));
  return [...problems, ...(await lostReferences(document, reading))];
}

export async function definitionAt(
  document: vscode.TextDocument,
  position: vscode.Position,
): Promise<vscode.Location | undefined> {
  const reading = readProcedure(document.getText(), document.uri.fsPath);
  const mentions = reading === undefined ? [] : mentionsIn(reading);
  const mention = mentions.find(({ span }) => rangeOf(document, span).contains(position));
  if (mention === undefined) return undefined;
  const found = await findTarget(dirname(document.uri.fsPath), mention.reference);
  return found.file === undefined
    ? undefined
    : new vscode.Location(vscode.Uri.file(found.file), lineRange(found.line ?? 1));
}

export async function phasesOfPython(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
  const procedure = nearestProcedure(document.uri.fsPath);
  if (procedure === undefined) return [];
  const source = await readFile(procedure, 'utf8').catch(() => '');
  const reading = readProcedure(source, procedure);
  const lenses = (reading?.phases ?? []).flatMap(({ name, line, python }) => {
    if (python === null) return [];
    const { files, callable } = pythonTarget(python.reference);
    const isHere = files.some((file) => resolveFrom(dirname(procedure), file) === document.uri.fsPath);
    const at = isHere ? definitionLine(document.getText(), callable) : undefined;
    if (at === undefined) return [];
    const command: vscode.Command = {
      command: 'vscode.open',
      title: vscode.l10n.t('Phase {0}', name),
      tooltip: vscode.l10n.t('Shows the phase in {0}', vscode.workspace.asRelativePath(procedure)),
      arguments: [vscode.Uri.file(procedure), { selection: lineRange(line) }],
    };
    return new vscode.CodeLens(lineRange(at), command);
  });
  return lenses;
}

const maxLevels = 4;

function nearestProcedure(file: string): string | undefined {
  let folder = dirname(file);
  for (let level = 0; level < maxLevels; level += 1) {
    for (const name of ['procedure.yaml', 'procedure.yml']) {
      const path = resolve(folder, name);
      if (existsSync(path)) return path;
    }
    folder = dirname(folder);
  }
  return undefined;
}

async function lostReferences(document: vscode.TextDocument, reading: ProcedureReading): Promise<vscode.Diagnostic[]> {
  const folder = dirname(document.uri.fsPath);
  const lost = await Promise.all(
    mentionsIn(reading).map(async ({ reference, span }) => {
      const { file, line, isRequired } = await findTarget(folder, reference);
      const { files, callable } = pythonTarget(reference);
      if (file === undefined) {
        const message = vscode.l10n.t('{0} does not exist.', files[0] ?? reference);
        return isRequired ? [diagnostic(document, span, message)] : [];
      }
      const name = vscode.workspace.asRelativePath(file);
      return line === undefined
        ? [diagnostic(document, span, vscode.l10n.t('{0} has no function or class {1}.', name, callable))]
        : [];
    }),
  );
  return lost.flat();
}

const mentionsIn = ({ phases, plugs }: ProcedureReading): PythonMention[] =>
  [...phases, ...plugs].flatMap(({ python }) => (python === null ? [] : [python]));

interface FoundTarget {
  readonly file: string | undefined;
  readonly line: number | undefined;
  /** Whether the file must be beside the procedure, because a folder of it is. */
  readonly isRequired: boolean;
}

async function findTarget(folder: string, reference: string): Promise<FoundTarget> {
  const { files, callable, isPath } = pythonTarget(reference);
  for (const name of files) {
    const file = resolveFrom(folder, name);
    const source = await readFile(file, 'utf8').catch(() => undefined);
    if (source !== undefined) return { file, line: definitionLine(source, callable), isRequired: true };
  }
  const [first = ''] = (files[0] ?? '').split(/[\\/]/);
  const isRequired = isPath || (first !== '' && !first.endsWith('.py') && existsSync(resolve(folder, first)));
  return { file: undefined, line: undefined, isRequired };
}

const resolveFrom = (folder: string, name: string): string =>
  name.startsWith('~') ? resolve(homedir(), `.${name.slice(1)}`) : resolve(folder, name);

const diagnostic = (
  document: vscode.TextDocument,
  span: { from: number; to: number },
  message: string,
): vscode.Diagnostic => new vscode.Diagnostic(rangeOf(document, span), message, vscode.DiagnosticSeverity.Warning);

function messageOf({ kind, word }: ProcedureProblem): string {
  switch (kind) {
    case 'syntax':
      return word;
    case 'unknownKey':
      return vscode.l10n.t('TofuPilot knows no key {0} here, and would refuse the procedure.', word);
    case 'missing':
      return vscode.l10n.t('{0} is missing.', word);
    case 'invalid':
      return vscode.l10n.t('TofuPilot would refuse this value. {0}', word);
    case 'duplicate':
      return vscode.l10n.t('The key {0} is there twice. Give one of them another key or name.', word);
    case 'unknownPhase':
      return vscode.l10n.t('No phase of main has the key {0}.', word);
    case 'cycle':
      return vscode.l10n.t('{0} depends on itself, so that it would never run.', word);
    case 'twoWays':
      return vscode.l10n.t('{0} has both python and executable. Keep one of them.', word);
    case 'noDefault':
      return vscode.l10n.t('With auto_identify, {0} needs a default_value.', word);
    case 'contradiction':
      return vscode.l10n.t('No value of {0} can be inside these limits.', word);
    case 'noOptions':
      return vscode.l10n.t('A field of the type {0} needs options.', word);
    case 'severalSlots':
      return vscode.l10n.t('The command line program runs procedures with one slot only.');
  }
}
