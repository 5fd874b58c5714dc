import { posix } from 'node:path';
import * as vscode from 'vscode';
import type { ScriptInfo, ScriptMarks, TextSpan } from '../../shared/script/scriptInfo.ts';
import { pythonFiles } from '../../shared/script/testFiles.ts';
import { fileKindOf } from './scriptFile.ts';

interface Reading {
  readonly version: number;
  readonly marks: Promise<ScriptMarks>;
}

const noMarks: ScriptMarks = { entry: null, measurements: [], procedures: [], procedureArguments: [], keys: [] };

/** Scans each version of an open script once, for all features. */
export class ScriptReader {
  readonly #readings = new WeakMap<vscode.TextDocument, Reading>();

  marks(document: vscode.TextDocument): Promise<ScriptMarks> {
    const known = this.#readings.get(document);
    if (known?.version === document.version) return known.marks;
    const reading = { version: document.version, marks: read(document) };
    this.#readings.set(document, reading);
    return reading.marks;
  }
}

async function read(document: vscode.TextDocument): Promise<ScriptMarks> {
  const { mayHaveMarks } = fileKindOf(document) ?? pythonFiles;
  return mayHaveMarks(document.getText()) ? scanDocument(document) : noMarks;
}

/** Reads a document as its kind of tests. One of no kind is read as a Python script, as which it would be run. */
export const scanDocument = (document: vscode.TextDocument): Promise<ScriptInfo> =>
  (fileKindOf(document) ?? pythonFiles).scan(document.getText(), posix.basename(document.uri.path));

export const rangeOf = (document: vscode.TextDocument, { from, to }: TextSpan): vscode.Range =>
  new vscode.Range(document.positionAt(from), document.positionAt(to));
