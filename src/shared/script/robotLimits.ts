import type { SpecLimits } from '../statistics/capability.ts';
import { applyEdits, type EditableMeasurement, type LimitsEdit, type LimitsInScript } from './limitsEdit.ts';
import { type LimitsRefusal, LimitsRefusedError, orRefusal, refuseInvalid } from './limitsRefusal.ts';
import type { TextEdit } from './limitValue.ts';
import { callsOfKeyword, type Cell, type MeasureCall, phasesOf, readSuite } from './robotSuite.ts';

/**
 * Reads and edits the limits that rows of a suite of Robot Framework give to the keyword `Measure`, by their place or by their
 * names. Limits in variables and in keywords of the suite are left to people.
 */

type Side = keyof SpecLimits;
const sides = ['lower', 'upper'] as const;
/** After the name of the measurement. */
const parameters = ['value', 'lower', 'upper', 'units'] as const;
const nothing = ['${EMPTY}', '${None}', 'None'];
const numberText = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

interface WrittenLimit extends TextEdit {
  readonly value: number | null;
}

/** Returns the measurements of a suite, from top to bottom. */
export function editableMeasurements(source: string): EditableMeasurement[] {
  return callsIn(source).map(({ name, phase, given, line }) => ({
    name: name.text,
    phases: phase === null ? [] : [phase],
    line,
    from: name.from,
    to: given.at(-1)?.to ?? name.to,
  }));
}

export function limitsInScript(source: string, phase: string, measurement: string): LimitsInScript | LimitsRefusal {
  return orRefusal(() => {
    const call = find(source, phase, measurement);
    const written = readLimits(call);
    const limits = { lower: written.lower?.value ?? null, upper: written.upper?.value ?? null };
    return { kind: 'limits', limits, line: call.line };
  });
}

/** Returns the edits that give a measurement these limits, and change nothing else; or why the suite cannot be edited safely. */
export function limitsEdit(
  source: string,
  phase: string,
  measurement: string,
  wanted: SpecLimits,
): LimitsEdit | LimitsRefusal {
  return orRefusal(() => {
    refuseInvalid(wanted, measurement);
    const call = find(source, phase, measurement);
    const written = readLimits(call);
    const edits: TextEdit[] = [];
    for (const side of sides) {
      const [limit, value] = [written[side], wanted[side]];
      if (limit !== null && limit.value !== value) {
        edits.push({ from: limit.from, to: limit.to, text: value === null ? '${EMPTY}' : `${value}` });
      }
    }
    const added = additions(call, written, wanted);
    if (added !== '') edits.push(insertion(call.given.at(-1) ?? call.name, added));
    checkEdit(source, applyEdits(source, edits), call, wanted);
    return { kind: 'edit', edits, line: call.line, outcomeLine: null };
  });
}

function callsIn(source: string): MeasureCall[] {
  const suite = readSuite(source);
  const calls: MeasureCall[] = [];
  for (const test of suite.tests) phasesOf(test, suite, calls);
  return [...calls, ...suite.keywords.flatMap(callsOfKeyword)].sort((a, b) => a.name.from - b.name.from);
}

function find(source: string, phase: string, measurement: string): MeasureCall {
  const named = callsIn(source).filter(({ name }) => name.text === measurement);
  const [found, ...others] = named.filter((call) => call.phase === phase);
  const call = found ?? named.find((each) => each.phase === null) ?? null;
  if (call === null) throw new LimitsRefusedError('notFound', measurement, named[0]?.line ?? null);
  if (call.repeatedBy !== null) throw new LimitsRefusedError('repeated', call.repeatedBy, call.line);
  if (others.length > 0) {
    const lines = others.map(({ line }) => line);
    throw new LimitsRefusedError('ambiguous', measurement, call.line, lines);
  }
  return call;
}

/** @throws LimitsRefusedError for limits that are not written as numbers */
function readLimits({ given, line }: MeasureCall): Record<Side, WrittenLimit | null> {
  const written: Record<Side, WrittenLimit | null> = { lower: null, upper: null };
  let hasNamed = false;
  for (const [index, cell] of given.entries()) {
    const name = nameOf(cell);
    // A list variable gives any number of arguments.
    if (/^[@&]\{/.test(cell.text) || (hasNamed && name === undefined)) {
      throw new LimitsRefusedError('computed', cell.text, line);
    }
    hasNamed ||= name !== undefined;
    const parameter = name ?? parameters[index];
    if (parameter !== 'lower' && parameter !== 'upper') continue;
    if (written[parameter] !== null) throw new LimitsRefusedError('severalLimits', cell.text, line);
    written[parameter] = limitOf(name === undefined ? cell : afterName(cell, name), line);
  }
  if (given.length === 0) throw new LimitsRefusedError('computed', 'Measure', line);
  return written;
}

const nameOf = ({ text }: Cell): (typeof parameters)[number] | undefined =>
  parameters.find((parameter) => text.startsWith(`${parameter}=`));

const afterName = ({ text, from, to }: Cell, name: string): Cell => ({
  text: text.slice(name.length + 1),
  from: from + name.length + 1,
  to,
});

function limitOf({ text, from, to }: Cell, line: number): WrittenLimit {
  if (text === '' || nothing.includes(text)) return { value: null, from, to, text };
  const number = /^\$\{(.*)\}$/.exec(text)?.[1] ?? text;
  if (!numberText.test(number)) throw new LimitsRefusedError('computed', text, line);
  return { value: Number(number), from, to, text };
}

/** Returns the arguments for limits that the row does not have. */
function additions(
  { given, isPiped }: MeasureCall,
  written: Record<Side, WrittenLimit | null>,
  wanted: SpecLimits,
): string {
  const missing = sides.filter((side) => written[side] === null);
  const last = missing.findLast((side) => wanted[side] !== null);
  if (last === undefined) return '';
  const isNamed = given.some((cell) => nameOf(cell) !== undefined);
  const separator = isPiped ? ' | ' : '    ';
  return missing
    .slice(0, missing.indexOf(last) + 1)
    .filter((side) => !isNamed || wanted[side] !== null)
    .map((side) => separator + (isNamed ? `${side}=` : '') + String(wanted[side] ?? '${EMPTY}'))
    .join('');
}

const insertion = ({ to }: Cell, text: string): TextEdit => ({ from: to, to, text });

/** Compares all measurements but this one with what they were, and this one with the limits that were asked for. */
function checkEdit(before: string, after: string, call: MeasureCall, wanted: SpecLimits): void {
  const [were, are] = [callsIn(before), callsIn(after)];
  const isSame = were.every((each, index) => {
    const now = are[index];
    if (now === undefined || now.name.text !== each.name.text || now.phase !== each.phase) return false;
    if (each.name.from === call.name.from)
      return sides.every((side) => (readLimits(now)[side]?.value ?? null) === wanted[side]);
    return now.given.map(({ text }) => text).join('\n') === each.given.map(({ text }) => text).join('\n');
  });
  if (!isSame || were.length !== are.length) throw new LimitsRefusedError('computed', call.name.text, call.line);
}
