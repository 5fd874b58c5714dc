import { posix } from 'node:path';
import * as vscode from 'vscode';
import { mayHaveMarks } from '../../shared/script/scriptHints.ts';
import type { ScriptMarks, TextSpan } from '../../shared/script/scriptInfo.ts';

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
  const source = document.getText();
  if (!mayHaveMarks(source)) return noMarks;
  const { scanScript } = await import('../../shared/script/scriptScan.ts');
  return scanScript(source, posix.basename(document.uri.path));
}

export const rangeOf = (document: vscode.TextDocument, { from, to }: TextSpan): vscode.Range =>
  new vscode.Range(document.positionAt(from), document.positionAt(to));
