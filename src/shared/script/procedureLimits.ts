import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { keyFromName } from '../procedure/procedureKey.ts';
import type { SpecLimits } from '../statistics/capability.ts';
import { applyEdits, type EditableMeasurement, type LimitsEdit, type LimitsInScript } from './limitsEdit.ts';
import { type LimitsRefusal, LimitsRefusedError, orRefusal, refuseInvalid } from './limitsRefusal.ts';
import type { TextEdit } from './limitValue.ts';

/** A limit is a validator with the operator >= or <=. Edits change the text, so that comments and layout stay. */

type Side = keyof SpecLimits;
const sides = ['lower', 'upper'] as const;
const operators = { lower: '>=', upper: '<=' } as const;
const stages = ['setup', 'main', 'teardown'];

interface ProcedureFile {
  readonly source: string;
  readonly document: Document.Parsed;
  readonly lineAt: (offset: number) => number;
}

interface Declaration {
  readonly name: string;
  readonly phase: string;
  readonly node: YAMLMap<Node, Node | null>;
}

export function editableMeasurements(source: string): EditableMeasurement[] {
  const file = parse(source);
  return findDeclarations(file).map(({ name, phase, node }) => {
    const { from, to } = rangeOf(node);
    return { name, phases: [phase], line: file.lineAt(from), from, to };
  });
}

export function limitsInScript(
  source: string,
  phaseName: string,
  measurementName: string,
): LimitsInScript | LimitsRefusal {
  return orRefusal(() => {
    const file = parseWithoutErrors(source);
    const { limits, line } = readLimits(find(file, phaseName, measurementName), file);
    const valueOf = (side: Side): number | null => limits[side]?.value ?? null;
    return { kind: 'limits', limits: { lower: valueOf('lower'), upper: valueOf('upper') }, line };
  });
}

/** Returns the edits, or why they are not safe. The edited file is parsed again and must differ in these limits alone. */
export function limitsEdit(
  source: string,
  phaseName: string,
  measurementName: string,
  wanted: SpecLimits,
): LimitsEdit | LimitsRefusal {
  return orRefusal(() => {
    refuseInvalid(wanted, measurementName);
    const file = parseWithoutErrors(source);
    const declaration = find(file, phaseName, measurementName);
    const written = readLimits(declaration, file);
    const edits: TextEdit[] = [];
    const added: string[] = [];
    for (const side of sides) {
      const [limit, value] = [written.limits[side], wanted[side]];
      if (limit === null) {
        if (value !== null) added.push(`operator: "${operators[side]}", expected_value: ${value}`);
      } else if (value === null) {
        // Removing a validator is more than a change of limits.
        throw new LimitsRefusedError('invalid', measurementName, file.lineAt(limit.from));
      } else if (limit.value !== value) {
        edits.push({ from: limit.from, to: limit.to, text: `${value}` });
      }
    }
    if (added.length > 0) edits.push(additionOf(declaration, written.validators, added, file));
    checkEdit(file, declaration, applyEdits(source, edits), wanted);
    edits.sort((a, b) => a.from - b.from);
    const [first] = edits;
    return { kind: 'edit', edits, line: first ? file.lineAt(first.from) : written.line, outcomeLine: null };
  });
}

function parse(source: string): ProcedureFile {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, logLevel: 'silent' });
  return { source, document, lineAt: (offset) => lines.linePos(offset).line };
}

function parseWithoutErrors(source: string): ProcedureFile {
  const file = parse(source);
  const [error] = file.document.errors;
  if (error !== undefined) throw new LimitsRefusedError('syntaxError', '', file.lineAt(error.pos[0]));
  return file;
}

function findDeclarations({ document }: ProcedureFile): Declaration[] {
  const root = document.contents;
  if (!isMap(root)) return [];
  return stages.flatMap((stage) =>
    mapsIn(root.get(stage, true)).flatMap((phase) => {
      const name = textOf(phase.get('name', true));
      if (name === null) return [];
      return mapsIn(phase.get('measurements', true)).flatMap((node) => {
        const measurement = nameOf(node);
        return measurement === null ? [] : [{ name: measurement, phase: name, node }];
      });
    }),
  );
}

const mapsIn = (node: unknown): YAMLMap<Node, Node | null>[] =>
  isSeq(node) ? node.items.filter((item): item is YAMLMap<Node, Node | null> => isMap(item)) : [];

/** Runs name a measurement by its key. Without one, the engine makes it from the name. */
function nameOf(measurement: YAMLMap<Node, Node | null>): string | null {
  const key = textOf(measurement.get('key', true));
  const name = textOf(measurement.get('name', true));
  return key !== null || name === null ? key : keyFromName(name);
}

function textOf(node: unknown): string | null {
  const value = isScalar(node) ? node.value : null;
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

function find(file: ProcedureFile, phaseName: string, measurementName: string): Declaration {
  const named = findDeclarations(file).filter(({ name }) => name === measurementName);
  const [found, ...others] = named.filter(({ phase }) => phase === phaseName);
  if (found === undefined) {
    throw new LimitsRefusedError('notFound', measurementName, named[0] ? lineOf(named[0].node, file) : null);
  }
  if (others.length > 0) {
    const otherLines = others.map(({ node }) => lineOf(node, file));
    throw new LimitsRefusedError('ambiguous', measurementName, lineOf(found.node, file), otherLines);
  }
  refuseSharing(found.node, file);
  return found;
}

/** Refuses what an alias shares with other places: `*anchor` within the measurement, or of something around or in it. */
function refuseSharing(measurement: Node, file: ProcedureFile): void {
  const own = rangeOf(measurement);
  visit(file.document, {
    Alias(_, alias) {
      const source = alias.resolve(file.document);
      const shared = source && rangeOf(source);
      const isInside = isWithin(rangeOf(alias).from, own);
      if (isInside || (shared && (isWithin(shared.from, own) || isWithin(own.from, shared)))) {
        throw new LimitsRefusedError('shared', `*${alias.source}`, lineOf(measurement, file));
      }
    },
  });
}

const isWithin = (offset: number, { from, to }: { from: number; to: number }): boolean => from <= offset && offset < to;

interface WrittenNumber {
  readonly value: number;
  readonly from: number;
  readonly to: number;
}

interface WrittenLimits {
  readonly limits: Record<Side, WrittenNumber | null>;
  readonly line: number;
  readonly validators: Pair<Node, Node | null> | null;
}

function readLimits({ node }: Declaration, file: ProcedureFile): WrittenLimits {
  const keys = node.items.map(({ key }) => textOf(key));
  if (keys.includes('x_axis') || keys.includes('y_axis')) throw refusal('otherRule', node, file);
  if (keys.includes('<<')) throw refusal('computed', node, file);
  const limits: Record<Side, WrittenNumber | null> = { lower: null, upper: null };
  const validators = node.items.find(({ key }) => textOf(key) === 'validators') ?? null;
  const list = validators?.value ?? null;
  if (list !== null && !(isScalar(list) && list.value === null)) {
    if (!isSeq(list)) throw refusal('computed', list, file);
    for (const item of list.items) readValidator(item, limits, file);
  }
  return { limits, line: lineOf(validators?.key ?? node, file), validators };
}

function readValidator(item: unknown, limits: Record<Side, WrittenNumber | null>, file: ProcedureFile): void {
  if (!isMap(item)) throw new LimitsRefusedError('computed', 'validators', null);
  const keys = item.items.map(({ key }) => textOf(key));
  const operator = textOf(item.get('operator', true));
  const side = sides.find((each) => operators[each] === operator);
  // An outcome is the verdict whatever the value is, and an expression is only for people.
  if (side === undefined || keys.some((key) => key !== 'operator' && key !== 'expected_value')) {
    throw refusal('otherRule', item, file);
  }
  if (limits[side] !== null) throw refusal('severalLimits', item, file);
  const expected = item.get('expected_value', true);
  if (!isScalar(expected) || typeof expected.value !== 'number' || !Number.isFinite(expected.value)) {
    throw refusal('computed', item, file);
  }
  limits[side] = { value: expected.value, ...rangeOf(expected) };
}

function additionOf(
  { node }: Declaration,
  validators: Pair<Node, Node | null> | null,
  added: readonly string[],
  file: ProcedureFile,
): TextEdit {
  const flow = added.map((entries) => `{ ${entries} }`).join(', ');
  const list = validators?.value;
  if (isSeq(list) && list.items.length > 0) {
    const last = list.items.at(-1);
    if (list.flow) return insertion(endOf(last), `, ${flow}`);
    return addLines(endOf(last), itemIndent(list, file), added, file);
  }
  if (isSeq(list)) return { ...rangeOf(list), text: `[${flow}]` };
  if (validators !== null) throw refusal('computed', validators.key, file); // It has no value.
  if (node.flow) return insertion(endOf(node.items.at(-1)?.value), `, validators: [${flow}]`);
  const indent = keyIndent(node, file);
  const { lineBreak } = lineEnd(0, file);
  const head = `${lineBreak}${indent}validators:`;
  const { offset } = lineEnd(endOf(node), file);
  return insertion(offset, head + linesOf(`${indent}  `, added, lineBreak));
}

const insertion = (at: number, text: string): TextEdit => ({ from: at, to: at, text });

function addLines(after: number, indent: string, added: readonly string[], file: ProcedureFile): TextEdit {
  const { offset, lineBreak } = lineEnd(after, file);
  return insertion(offset, linesOf(indent, added, lineBreak));
}

const linesOf = (indent: string, added: readonly string[], lineBreak: string): string =>
  added.map((entries) => `${lineBreak}${indent}- ${entries.replace(', ', `${lineBreak}${indent}  `)}`).join('');

function lineEnd(offset: number, { source }: ProcedureFile): { offset: number; lineBreak: string } {
  const next = source.indexOf('\n', offset);
  const end = next < 0 ? source.length : source[next - 1] === '\r' ? next - 1 : next;
  return { offset: end, lineBreak: source.includes('\r\n') ? '\r\n' : '\n' };
}

/** The spaces before the dashes of a list. @throws LimitsRefusedError if other text is before them */
function itemIndent(list: YAMLSeq, file: ProcedureFile): string {
  const [first] = list.items;
  const dash = file.source.lastIndexOf('-', startOf(first) - 1);
  const before = file.source.slice(file.source.lastIndexOf('\n', dash) + 1, dash);
  if (before.trim() !== '') throw refusal('computed', list, file);
  return before;
}

function keyIndent(map: YAMLMap<Node, Node | null>, { source }: ProcedureFile): string {
  const start = startOf(map.items[0]?.key);
  return ' '.repeat(start - (source.lastIndexOf('\n', start - 1) + 1));
}

/** The end of what is written of a node, before comments and empty lines that follow it. */
function endOf(node: unknown): number {
  if (isCollection(node) && !node.flow) {
    const last: unknown = node.items.at(-1);
    if (isMap(node)) {
      const { key, value } = node.items.at(-1) ?? {};
      return endOf(value ?? key);
    }
    return endOf(last);
  }
  return isScalar(node) || isCollection(node) || isAlias(node) ? rangeOf(node).to : 0;
}

const startOf = (node: unknown): number =>
  isScalar(node) || isCollection(node) || isAlias(node) ? rangeOf(node).from : 0;

function rangeOf({ range }: Node): { from: number; to: number } {
  const [from = 0, to = 0] = range ?? [];
  return { from, to };
}

const lineOf = (node: Node, file: ProcedureFile): number => file.lineAt(rangeOf(node).from);

function refusal(reason: LimitsRefusal['reason'], node: Node, file: ProcedureFile): LimitsRefusedError {
  const { from, to } = rangeOf(node);
  const text = file.source.slice(from, to).replaceAll(/\s+/g, ' ').trim();
  return new LimitsRefusedError(reason, text, file.lineAt(from));
}

function checkEdit(file: ProcedureFile, { name, phase }: Declaration, edited: string, wanted: SpecLimits): void {
  const after = limitsInScript(edited, phase, name);
  const hasLimits = after.kind === 'limits' && sides.every((side) => after.limits[side] === wanted[side]);
  if (hasLimits && withoutLimits(edited, phase, name) === withoutLimits(file.source, phase, name)) return;
  throw new LimitsRefusedError('computed', name, after.line);
}

function withoutLimits(source: string, phaseName: string, measurementName: string): string {
  const file = parse(source);
  const comments = source.split('\n').filter((line) => line.trimStart().startsWith('#'));
  find(file, phaseName, measurementName).node.delete('validators');
  return JSON.stringify([comments, file.document.toJS()]);
}
