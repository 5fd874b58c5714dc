import type { SyntaxNode } from '@lezer/common';
import { PythonSource } from './pythonSource.ts';

/** A part of the source, in UTF-16 units from its beginning. */
export interface TextSpan {
  readonly from: number;
  readonly to: number;
}

/** A procedure that the script names in a literal. */
export interface ProcedureMention {
  readonly id: string;
  /** The literal with its quotes. */
  readonly literal: TextSpan;
  /** The call is the v2 client's, which takes no identifier for the id. */
  readonly takesOnlyId: boolean;
}

/** An API key that is written in the source. It is not in here itself. */
export interface WrittenKey {
  /** The literal with its quotes. */
  readonly literal: TextSpan;
  /** The argument that gives it, with its comma; null: it is known by its shape alone. */
  readonly argument: TextSpan | null;
}

/** Where the editor helps in a script. */
export interface ScriptMarks {
  /** The line that a run begins at, as a place on it; null: the file is not a phase script. */
  readonly entry: number | null;
  readonly procedures: readonly ProcedureMention[];
  readonly keys: readonly WrittenKey[];
}

/** `htf.Test(…)`, `client.create_run(…)` of the v1 client, `client.runs.create(…)` of the v2 client. */
export const makesRun = /(?:^|\.)(?:Test|create_run|runs\.create)$/;
const makesOpenHtfTest = /(?:^|\.)Test$/;
const makesV2Run = /(?:^|\.)runs\.create$/;
/** The parts of the official clients that take an API key. */
const takesKey = /(?:^|\.)(?:TofuPilot|TofuPilotClient|upload)$/;
/** A key of a station or a user, made by our server. */
const keyShape = /ts[su]_[\w-]{20}/;
const importsFramework = /^from\s+(?:openhtf|tofupilot)\b|^import\s(?:.*,)?\s*(?:openhtf|tofupilot)\b/s;

/** Reads from the source of a script what the editor marks in it. Nothing is run. */
export function markScript(source: string): ScriptMarks {
  const python = new PythonSource(source);
  const usesFramework = python.nodes('ImportStatement').some((node) => importsFramework.test(python.text(node)));
  const runCalls = usesFramework ? python.calls(makesRun) : [];
  return {
    entry: (usesFramework ? entryOf(runCalls, python) : plainEntry(python))?.from ?? null,
    procedures: runCalls.flatMap((call) => namedProcedure(call, python)),
    keys: writtenKeys(python),
  };
}

/** Of a script that uses OpenHTF or a client: its test, or else what Python starts, or else the push. */
function entryOf(runCalls: readonly SyntaxNode[], python: PythonSource): SyntaxNode | undefined {
  const test = runCalls.find((call) => makesOpenHtfTest.test(python.text(call.firstChild)));
  if (test !== undefined) return statementOf(test);
  const [push] = runCalls;
  return push && (mainGuard(python) ?? statementOf(push));
}

/** Of a script without either: its first `phase_…` function, where it calls one. */
function plainEntry(python: PythonSource): SyntaxNode | undefined {
  const called = new Set(python.calls(/^phase_\w+$/).map((call) => python.text(call.firstChild)));
  const functions = python.nodes('FunctionDefinition').filter((node) => {
    const owner = node.parent?.name === 'DecoratedStatement' ? node.parent.parent : node.parent;
    return owner?.name === 'Script' && called.has(python.text(node.getChild('VariableName')));
  });
  return functions[0] && statementOf(functions[0]);
}

const mainGuard = (python: PythonSource): SyntaxNode | undefined =>
  python.top.getChildren('IfStatement').find((node) => /^if\s+__name__\s*==/.test(python.text(node)));

/** The statement that a node stands in, with its decorators. */
function statementOf(node: SyntaxNode): SyntaxNode {
  let statement = node;
  while (statement.parent !== null && !/^(?:Script|Body)$/.test(statement.parent.name)) statement = statement.parent;
  return statement;
}

function namedProcedure(call: SyntaxNode, python: PythonSource): ProcedureMention[] {
  const argument = python.argument(call, 'procedure_id');
  const value = argument && python.valueOf(argument);
  const id = value ? python.literal(value)?.trim() : null;
  if (!value || !id) return [];
  return [{ id, literal: span(value), takesOnlyId: makesV2Run.test(python.text(call.firstChild)) }];
}

function writtenKeys(python: PythonSource): WrittenKey[] {
  const given = python.calls(takesKey).flatMap((call): WrittenKey[] => {
    const argument = python.argument(call, 'api_key');
    const value = argument && python.valueOf(argument);
    if (!value || !python.literal(value)?.trim()) return [];
    return [{ literal: span(value), argument: argumentSpan(argument) }];
  });
  const known = python
    .nodes('String', 'FormatString')
    .filter((node) => keyShape.test(python.text(node)))
    .filter((node) => !given.some(({ literal }) => literal.from <= node.from && node.to <= literal.to))
    .map((node): WrittenKey => ({ literal: span(node), argument: null }));
  return [...given, ...known];
}

/** `name=value` with the comma before it, or behind it where it is the first argument. */
function argumentSpan(name: SyntaxNode): TextSpan {
  const value = name.nextSibling?.nextSibling ?? name;
  const [before, after] = [name.prevSibling, value.nextSibling];
  if (before?.name === ',') return { from: before.from, to: value.to };
  if (after?.name !== ',') return { from: name.from, to: value.to };
  const next = after.nextSibling;
  return { from: name.from, to: next === null || next.name === ')' ? after.to : next.from };
}

const span = ({ from, to }: TextSpan): TextSpan => ({ from, to });
