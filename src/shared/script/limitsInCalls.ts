import type { SyntaxNode } from '@lezer/common';
import type { SpecLimits } from '../statistics/capability.ts';
import { chainOf, type LimitDeclaration, refusal } from './limitDeclarations.ts';
import { LimitsRefusedError } from './limitsRefusal.ts';
import { addItems, changeLimit, type TextEdit, type WrittenLimit, writtenLimit } from './limitValue.ts';
import { hasComment, type Item, itemsOf, pythonNumber } from './pythonItems.ts';
import type { PythonSource } from './pythonSource.ts';

export interface WrittenLimits {
  readonly current: SpecLimits;
  readonly line: number;
  readonly change: (limits: SpecLimits) => TextEdit[];
}

const harmless = new Set(['doc', 'with_units', 'with_precision', 'with_transform']);
const rangeParameters = ['minimum', 'maximum', 'marginal_minimum', 'marginal_maximum', 'type'] as const;
const noLimits: SpecLimits = { lower: null, upper: null };

interface Call {
  readonly method: SyntaxNode;
  readonly list: SyntaxNode;
}

export function limitsOfMeasurement(declaration: LimitDeclaration, python: PythonSource): WrittenLimits {
  const { node } = declaration;
  const list = node.getChild('ArgList');
  const items = list && itemsOf(list, python);
  if (items === null) throw refusal('computed', node, python);
  const rule = items.find(({ keyword, value }) => keyword === 'validators' && value.name !== 'None');
  if (rule !== undefined) throw refusal('otherRule', rule.value, python);
  if (items.some(({ keyword }) => keyword === 'dimensions')) throw refusal('otherRule', node, python);
  const calls = callsAfter(node);
  for (const { method } of calls) {
    const name = python.text(method);
    if (name === 'with_args') throw refusal('placeholder', method, python);
    if (!harmless.has(name) && name !== 'in_range' && name !== 'within_percent') {
      throw new LimitsRefusedError('otherRule', name, python.lineAt(method.from));
    }
  }
  const [range, second] = calls.filter(({ method }) => !harmless.has(python.text(method)));
  if (second !== undefined) throw refusal('severalLimits', second.method, python);
  if (range === undefined) return withoutLimits(node.to, declaration.line);
  return python.text(range.method) === 'in_range' ? rangeLimits(range, python) : percentLimits(range, python);
}

function callsAfter(node: SyntaxNode): Call[] {
  const calls: Call[] = [];
  const outer = chainOf(node);
  for (let call = node; call.from !== outer.from || call.to !== outer.to;) {
    const member = call.parent;
    const next = member?.parent;
    const method = member?.getChild('PropertyName');
    const list = next?.getChild('ArgList');
    if (!next || !method || !list) break;
    calls.push({ method, list });
    call = next;
  }
  return calls;
}

const rangeCall = ({ lower, upper }: SpecLimits): string =>
  `in_range(${[
    ...(lower === null ? [] : [`minimum=${pythonNumber(lower)}`]),
    ...(upper === null ? [] : [`maximum=${pythonNumber(upper)}`]),
  ].join(', ')})`;

const withoutLimits = (at: number, line: number): WrittenLimits => ({
  current: noLimits,
  line,
  change: (limits) => [{ from: at, to: at, text: `.${rangeCall(limits)}` }],
});

export function limitsOfName({ node, line }: LimitDeclaration, python: PythonSource): WrittenLimits {
  const list = node.parent;
  const items = list && itemsOf(list, python);
  if (list === null || items === null) throw refusal('computed', node, python);
  const keyword = items.find((item) => item.keyword !== null);
  if (keyword !== undefined) throw refusal('otherRule', keyword.value, python);
  const owner = list.parent;
  const callee = python.source.slice(owner?.from, list.from).replace(/^@/, '').trim();
  const constructor = callee.includes('.')
    ? callee.replace(/\bmeasures$/, 'Measurement')
    : [...python.openhtf].find(([, name]) => name === 'Measurement')?.[0];
  if (constructor === undefined || !/^[\w.]+$/.test(constructor)) throw refusal('notImported', node, python);
  return {
    current: noLimits,
    line,
    change: (limits) => [
      { from: node.from, to: node.from, text: `${constructor}(` },
      { from: node.to, to: node.to, text: `).${rangeCall(limits)}` },
    ],
  };
}

function rangeLimits({ method, list }: Call, python: PythonSource): WrittenLimits {
  const args = rangeArguments(list, python);
  const written = (name: (typeof rangeParameters)[number]): WrittenLimit | null => {
    const value = args.get(name)?.value;
    return value === undefined ? null : writtenLimit(value, python);
  };
  const lower = written('minimum');
  const upper = written('maximum');
  const marginal = {
    lower: written('marginal_minimum')?.value ?? null,
    upper: written('marginal_maximum')?.value ?? null,
  };
  const type = args.get('type')?.value;
  const line = python.lineAt(method.from);
  return {
    current: { lower: lower?.value ?? null, upper: upper?.value ?? null },
    line,
    change: (limits) => {
      const isOneSided = limits.lower === null || limits.upper === null;
      if (type && type.name !== 'None' && (python.text(type) !== 'float' || isOneSided)) {
        throw refusal('converted', type, python);
      }
      if (isOutside(marginal.lower, limits.lower, limits) || isOutside(marginal.upper, limits.upper, limits)) {
        throw refusal('marginal', method, python);
      }
      const added = [
        ...(lower === null && limits.lower !== null ? [`minimum=${pythonNumber(limits.lower)}`] : []),
        ...(upper === null && limits.upper !== null ? [`maximum=${pythonNumber(limits.upper)}`] : []),
      ];
      return [
        ...(lower === null ? [] : changeLimit(lower, limits.lower, python)),
        ...(upper === null ? [] : changeLimit(upper, limits.upper, python)),
        ...(added.length === 0 ? [] : [addItems(list, added)]),
      ];
    },
  };
}

/** Whether a marginal limit would be beyond the limits, or have none on its side, which OpenHTF refuses. */
function isOutside(marginal: number | null, side: number | null, { lower, upper }: SpecLimits): boolean {
  if (marginal === null) return false;
  return side === null || (lower !== null && marginal < lower) || (upper !== null && marginal > upper);
}

function rangeArguments(list: SyntaxNode, python: PythonSource): Map<string, Item> {
  const items = itemsOf(list, python);
  if (items === null) throw refusal('computed', list, python);
  const args = new Map<string, Item>();
  for (const [index, item] of items.entries()) {
    const name = item.keyword ?? rangeParameters[index];
    const isKnown = rangeParameters.some((parameter) => parameter === name);
    if (name === undefined || !isKnown || args.has(name)) throw refusal('computed', list, python);
    args.set(name, item);
  }
  return args;
}

/** `within_percent(…)` becomes `in_range(…)`, which can have all limits. */
function percentLimits({ method, list }: Call, python: PythonSource): WrittenLimits {
  const items = itemsOf(list, python);
  const [expected, percent, ...others] = items ?? [];
  const names = ['expected', 'percent'];
  if (!expected || !percent || others.length > 0) throw refusal('otherRule', method, python);
  for (const [index, { keyword }] of [expected, percent].entries()) {
    if (keyword !== null && keyword !== names[index]) throw refusal('computed', list, python);
  }
  const center = writtenLimit(expected.value, python).value;
  const share = writtenLimit(percent.value, python).value;
  if (center === null || share === null) throw refusal('computed', list, python);
  const distance = Math.abs((center * share) / 100);
  return {
    current: { lower: center - distance, upper: center + distance },
    line: python.lineAt(method.from),
    change: (limits) => {
      if (hasComment(python, method.from, list.to)) throw refusal('otherRule', method, python);
      return [{ from: method.from, to: list.to, text: rangeCall(limits) }];
    },
  };
}
