import type { SyntaxNode } from '@lezer/common';
import type { SpecLimits } from '../statistics/capability.ts';
import { type LimitDeclaration, refusal } from './limitDeclarations.ts';
import type { WrittenLimits } from './limitsInCalls.ts';
import { LimitsRefusedError } from './limitsRefusal.ts';
import { addItems, changeLimit, type TextEdit, type WrittenLimit, writtenLimit } from './limitValue.ts';
import { ancestorsOf, entriesOf, type Entry, itemsOf, numberOf, pythonNumber } from './pythonItems.ts';
import type { PythonSource } from './pythonSource.ts';
import { mentionsV2Client } from './scriptHints.ts';

type Side = keyof SpecLimits;
const sides = ['lower', 'upper'] as const;
const operators = { lower: '>=', upper: '<=' } as const;
const isLimitKey = /^(?:lower_limit|upper_limit|validators)$/;

type Entries = ReadonlyMap<string, Entry>;

/** Reads the limits of `{"name": "a", "lower_limit": 1, …}`, or of its validators with the operators >=, <=, and range. */
export function limitsOfDictionary({ node, line }: LimitDeclaration, python: PythonSource): WrittenLimits {
  const entries = entriesByKey(node, python);
  refuseOtherChanges(python);
  if (entries.has('x_axis')) throw refusal('otherRule', node, python);
  const validators = entries.get('validators');
  const hasLimits = entries.has('lower_limit') || entries.has('upper_limit');
  const hasValidators = validators !== undefined && validators.value.name !== 'None';
  if (hasLimits && hasValidators) throw refusal('severalLimits', validators.value, python);
  const usesValidators = hasValidators || (!hasLimits && mentionsV2Client(python.source));
  const written = usesValidators
    ? validatorLimits(node, entries, validators, line, python)
    : fieldLimits(node, entries, line, python);
  return {
    ...written,
    change: (limits) => {
      if (outcomeOf(node, python) !== null) refuseOldLimits(node, written.current, python);
      return written.change(limits);
    },
  };
}

/** Returns the outcome that a client script states itself; null where the limits decide, as in a phase function. */
export function outcomeOf(dictionary: SyntaxNode, python: PythonSource): SyntaxNode | null {
  const definition = ancestorsOf(dictionary).findLast(({ name }) => name === 'FunctionDefinition');
  const isPhaseFunction = python.text(definition?.getChild('VariableName') ?? null).startsWith('phase_');
  if (isPhaseFunction && !python.imports.some((text) => /\btofupilot\b/.test(text))) return null;
  return entriesOf(dictionary, python)?.find(({ key }) => key === 'outcome')?.value ?? null;
}

function entriesByKey(dictionary: SyntaxNode, python: PythonSource): Entries {
  const entries = entriesOf(dictionary, python);
  const byKey = new Map(entries?.map((entry) => [entry.key, entry]));
  if (entries === null || byKey.size < entries.length) throw refusal('computed', dictionary, python);
  return byKey;
}

function fieldLimits(dictionary: SyntaxNode, entries: Entries, line: number, python: PythonSource): WrittenLimits {
  const written = (side: Side): WrittenLimit | null => {
    const entry = entries.get(`${side}_limit`);
    return entry === undefined ? null : writtenLimit(entry.value, python);
  };
  const limits = { lower: written('lower'), upper: written('upper') };
  const first = entries.get('lower_limit') ?? entries.get('upper_limit');
  return {
    current: { lower: limits.lower?.value ?? null, upper: limits.upper?.value ?? null },
    line: first === undefined ? line : python.lineAt(first.from),
    change: (wanted) => {
      const missing = sides.filter((side) => limits[side] === null && wanted[side] !== null);
      const added = missing.map((side) => ({ key: `${side}_limit`, text: pythonNumber(wanted[side]) }));
      return [
        ...sides.flatMap((side) => {
          const limit = limits[side];
          return limit === null ? [] : changeLimit(limit, wanted[side], python);
        }),
        ...(added.length === 0 ? [] : [addEntries(dictionary, entries, added, python)]),
      ];
    },
  };
}

function addEntries(
  dictionary: SyntaxNode,
  entries: Entries,
  added: readonly { key: string; text: string }[],
  python: PythonSource,
): TextEdit {
  const list = [...entries.values()].sort((a, b) => a.from - b.from);
  const last = list.at(-1);
  if (last === undefined) throw refusal('computed', dictionary, python);
  const quote = python.source[last.from] === "'" ? "'" : '"';
  const [indent] = /[ \t]*$/.exec(python.source.slice(0, last.from)) ?? [''];
  const lineBreak = /(\r?\n)[ \t]*$/.exec(python.source.slice(dictionary.from, last.from))?.[1];
  const isLastOfLine = /^,?[ \t]*\r?\n/.test(python.source.slice(last.to));
  const space = lineBreak !== undefined && isLastOfLine ? lineBreak + indent : ' ';
  return {
    from: last.to,
    to: last.to,
    text: added.map(({ key, text }) => `,${space}${quote}${key}${quote}: ${text}`).join(''),
  };
}

interface ValidatorSides {
  lower: WrittenLimit | null;
  upper: WrittenLimit | null;
}

function validatorLimits(
  dictionary: SyntaxNode,
  entries: Entries,
  validators: Entry | undefined,
  line: number,
  python: PythonSource,
): WrittenLimits {
  if (validators?.value.name === 'None') throw refusal('computed', validators.value, python);
  const limits: ValidatorSides = { lower: null, upper: null };
  let range: SyntaxNode | undefined;
  const list = validators?.value;
  const items = list === undefined ? [] : list.name === 'ArrayExpression' ? itemsOf(list, python) : null;
  if (items === null) throw refusal('computed', list ?? dictionary, python);
  for (const { value } of items) {
    const isRange = readValidator(value, limits, python);
    if (isRange) range = value;
  }
  return {
    current: { lower: limits.lower?.value ?? null, upper: limits.upper?.value ?? null },
    line: validators === undefined ? line : python.lineAt(validators.from),
    change: (wanted) => {
      const edits = sides.flatMap((side): TextEdit[] => {
        const limit = limits[side];
        if (limit === null) return [];
        // A validator without a limit would be refused, and removing it is more than a change of limits.
        if (wanted[side] === null && range === undefined) throw refusal('invalid', limit.node, python);
        return changeLimit(limit, wanted[side], python);
      });
      const added = sides
        .filter((side) => limits[side] === null && wanted[side] !== null)
        .map((side) => `{"operator": "${operators[side]}", "expected_value": ${pythonNumber(wanted[side])}}`);
      if (added.length === 0) return edits;
      if (list === undefined) {
        return [addEntries(dictionary, entries, [{ key: 'validators', text: `[${added.join(', ')}]` }], python)];
      }
      return [...edits, addItems(list, added)];
    },
  };
}

/** Adds the limits of a validator. @returns whether it has both */
function readValidator(node: SyntaxNode, limits: ValidatorSides, python: PythonSource): boolean {
  if (node.name !== 'DictionaryExpression') throw refusal('otherRule', node, python);
  const entries = entriesByKey(node, python);
  const operator = python.literal(entries.get('operator')?.value ?? null);
  const expected = entries.get('expected_value')?.value;
  const decisive = entries.get('is_decisive')?.value;
  if (decisive !== undefined && python.text(decisive) === 'False') return false;
  if (decisive !== undefined && python.text(decisive) !== 'True') throw refusal('computed', decisive, python);
  // An expression would repeat the old limit.
  if (entries.has('expression') || expected === undefined) throw refusal('otherRule', node, python);
  const add = (side: Side, value: SyntaxNode): void => {
    if (limits[side] !== null) throw refusal('severalLimits', node, python);
    limits[side] = writtenLimit(value, python);
  };
  if (operator === '>=') add('lower', expected);
  else if (operator === '<=') add('upper', expected);
  else if (operator === 'range' && /^(?:Array|Tuple)Expression$/.test(expected.name)) {
    const [lower, upper, ...others] = itemsOf(expected, python) ?? [];
    if (!lower || !upper || others.length > 0) throw refusal('computed', expected, python);
    add('lower', lower.value);
    add('upper', upper.value);
    return true;
  } else throw refusal('otherRule', node, python);
  return false;
}

function refuseOtherChanges(python: PythonSource): void {
  for (const text of python.nodes('String')) {
    const key = python.literal(text);
    if (key === null || !isLimitKey.test(key)) continue;
    const { parent } = text;
    const isAssigned =
      parent?.name === 'MemberExpression' &&
      /^(?:AssignStatement|UpdateStatement)$/.test(parent.parent?.name ?? '') &&
      (parent.nextSibling?.name === 'AssignOp' || parent.nextSibling?.name === 'UpdateOp');
    const isKey = parent?.name === 'DictionaryExpression' && text.nextSibling?.name === ':';
    const hasName = isKey && parent.getChildren('String').some((each) => python.literal(each) === 'name');
    const isArgument = parent?.name === 'ArgList';
    if (isAssigned || isArgument || (isKey && !hasName)) throw refusal('changedElsewhere', text, python);
  }
}

/** Refuses a client script that has the old limits elsewhere, too: there it decides the outcome. */
function refuseOldLimits(dictionary: SyntaxNode, current: SpecLimits, python: PythonSource): void {
  const old = [current.lower, current.upper].filter((limit) => limit !== null);
  const found = python.nodes('Number', 'UnaryExpression').find((node) => {
    const value = numberOf(node, python);
    return value !== null && old.includes(value) && (node.to < dictionary.from || node.from > dictionary.to);
  });
  if (found === undefined) return;
  throw new LimitsRefusedError('decidedElsewhere', python.text(found), python.lineAt(found.from));
}
