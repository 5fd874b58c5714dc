import type { SyntaxNode } from '@lezer/common';
import { childrenOf } from './pythonItems.ts';
import type { PythonSource } from './pythonSource.ts';
import type { ProcedureArgument, ProcedureMention, TextSpan, WrittenKey } from './scriptInfo.ts';

const makesOpenHtfTest = /(?:^|\.)Test$/;
const makesV2Run = /(?:^|\.)runs\.create$/;
const takesKey = /(?:^|\.)(?:TofuPilot|TofuPilotClient|upload)$/;
const keyShape = /ts[su]_[\w-]{20}/;
const importsFramework = /^from\s+(?:openhtf|tofupilot)\b|^import\s(?:.*,)?\s*(?:openhtf|tofupilot)\b/s;

export function findEntry(python: PythonSource, runCalls: readonly SyntaxNode[]): number | null {
  const entry = usesFramework(python) ? frameworkEntry(runCalls, python) : plainEntry(python);
  return entry?.from ?? null;
}

export function findProcedures(python: PythonSource, runCalls: readonly SyntaxNode[]): ProcedureMention[] {
  return usesFramework(python) ? runCalls.flatMap((call) => namedProcedure(call, python)) : [];
}

/** Returns the procedure that `PROCEDURE_ID` names, as in phase scripts and files of pytest; undefined if there is no such variable. */
export function namedByVariable(
  python: PythonSource,
): { procedures: ProcedureMention[]; arguments: ProcedureArgument[] } | undefined {
  if (usesFramework(python)) return undefined;
  const value = python.constant('PROCEDURE_ID');
  if (value === undefined) return undefined;
  const statement = value?.parent;
  const isOfIt = statement != null && childrenOf(statement).filter(({ name }) => name !== 'TypeDef').length === 3;
  const id = python.literal(value)?.trim();
  if (value === null || !id || !isOfIt) return { procedures: [], arguments: [{ kind: 'computed' }] };
  return {
    procedures: [{ id, literal: span(value), takesOnlyId: false }],
    arguments: [{ kind: 'named', id }],
  };
}

const usesFramework = (python: PythonSource): boolean => python.imports.some((text) => importsFramework.test(text));

function frameworkEntry(runCalls: readonly SyntaxNode[], python: PythonSource): SyntaxNode | undefined {
  const test = runCalls.find((call) => makesOpenHtfTest.test(python.callee(call)));
  if (test !== undefined) return statementOf(test);
  const push = runCalls[0];
  return push && (mainGuard(python) ?? statementOf(push));
}

function plainEntry(python: PythonSource): SyntaxNode | undefined {
  const called = new Set(python.calls(/^phase_\w+$/).map((call) => python.text(call.firstChild)));
  const functions = python.functions.filter((node) => {
    const owner = node.parent?.name === 'DecoratedStatement' ? node.parent.parent : node.parent;
    return owner?.name === 'Script' && called.has(python.text(node.getChild('VariableName')));
  });
  return functions[0] && statementOf(functions[0]);
}

const mainGuard = (python: PythonSource): SyntaxNode | undefined =>
  python.top.getChildren('IfStatement').find((node) => /^if\s+__name__\s*==/.test(python.text(node)));

export function statementOf(node: SyntaxNode): SyntaxNode {
  let statement = node;
  while (statement.parent !== null && !/^(?:Script|Body)$/.test(statement.parent.name)) statement = statement.parent;
  return statement;
}

function namedProcedure(call: SyntaxNode, python: PythonSource): ProcedureMention[] {
  const argument = python.argument(call, 'procedure_id');
  const value = argument && python.valueOf(argument);
  const id = value ? python.literal(value)?.trim() : null;
  if (!value || !id) return [];
  return [{ id, literal: span(value), takesOnlyId: makesV2Run.test(python.callee(call)) }];
}

export function findKeys(python: PythonSource): WrittenKey[] {
  const given = python.calls(takesKey).flatMap((call): WrittenKey[] => {
    const argument = python.argument(call, 'api_key');
    const value = argument && python.valueOf(argument);
    if (!value || !python.literal(value)?.trim()) return [];
    return [{ literal: span(value), argument: argumentSpan(argument) }];
  });
  if (!keyShape.test(python.source)) return given;
  const known = python
    .nodes('String', 'FormatString')
    .filter((node) => keyShape.test(python.text(node)))
    .filter((node) => !given.some(({ literal }) => literal.from <= node.from && node.to <= literal.to))
    .map((node): WrittenKey => ({ literal: span(node), argument: null }));
  return [...given, ...known];
}

function argumentSpan(name: SyntaxNode): TextSpan {
  const value = name.nextSibling?.nextSibling ?? name;
  const before = name.prevSibling;
  const after = value.nextSibling;
  if (before?.name === ',') return { from: before.from, to: value.to };
  if (after?.name !== ',') return { from: name.from, to: value.to };
  const next = after.nextSibling;
  return { from: name.from, to: next === null || next.name === ')' ? after.to : next.from };
}

const span = ({ from, to }: TextSpan): TextSpan => ({ from, to });
