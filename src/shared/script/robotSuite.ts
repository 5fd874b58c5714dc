import type { OutlinedPhase, TextSpan } from './scriptInfo.ts';

/** A part of a row, which two spaces or a tab separate from the next one. */
export interface Cell extends TextSpan {
  readonly text: string;
}

/** A call of the keyword `Measure` with a name that is plain text. */
export interface MeasureCall {
  /** Null in a keyword of the suite and in a TRY, whose phases do not name their measurements. */
  readonly phase: string | null;
  /** The loop or the keyword of the suite that can repeat the call, or null. */
  readonly repeatedBy: string | null;
  readonly name: Cell;
  /** The arguments after the name. */
  readonly given: readonly Cell[];
  readonly line: number;
  readonly isPiped: boolean;
}

interface Row {
  readonly line: number;
  readonly isIndented: boolean;
  readonly isPiped: boolean;
  readonly cells: Cell[];
}

/** A test, or a keyword of the suite. */
interface RobotTest {
  readonly name: string;
  readonly line: number;
  endLine: number;
  readonly from: number;
  readonly rows: Row[];
}

export interface RobotSuite {
  readonly settings: ReadonlyMap<string, Row>;
  readonly variables: ReadonlyMap<string, Cell>;
  readonly tests: readonly RobotTest[];
  readonly keywords: readonly RobotTest[];
}

/** Assignments before the name of a keyword, such as `${volts}=`. */
const assignment = /^[$@&]\{.*\}\s?=?$/;
const loops = new Set(['FOR', 'WHILE']);
/** Statements that are no keywords. The keywords inside of `IF`, `FOR` and `WHILE` are phases. */
const statements = new Set(
  // prettier-ignore
  ['FOR', 'WHILE', 'IF', 'ELSE IF', 'ELSE', 'END', 'VAR', 'RETURN', 'BREAK', 'CONTINUE', 'GROUP', 'EXCEPT', 'FINALLY'],
);

export const isPlain = (text: string): boolean => text !== '' && !/[$@&%]\{/.test(text);

export function readSuite(source: string): RobotSuite {
  const settings = new Map<string, Row>();
  const variables = new Map<string, Cell>();
  const tests: RobotTest[] = [];
  const keywords: RobotTest[] = [];
  let section = '';
  for (const row of rowsOf(source)) {
    const [first, second] = row.cells;
    if (first === undefined) continue;
    const header = /^\*+\s*([^*]*?)\s*(?:\*+.*)?$/.exec(first.text)?.[1];
    if (header !== undefined && !row.isIndented) {
      section = header.toLowerCase().replace(/s$/, '');
      continue;
    }
    if (section === 'setting') settings.set(first.text.toLowerCase(), row);
    else if (section === 'variable' && second !== undefined) {
      const name = /^\$\{(.*)\}\s?=?$/.exec(first.text)?.[1];
      if (name !== undefined) variables.set(name.toUpperCase().replaceAll(' ', '_'), second);
    } else if (section === 'test case' || section === 'task') addRow(row, tests);
    else if (section === 'keyword') addRow(row, keywords);
  }
  return { settings, variables, tests, keywords };
}

/** Adds a row to the last test, or begins another one. */
function addRow(row: Row, tests: RobotTest[]): void {
  const [first, second] = row.cells;
  const last = tests.at(-1);
  if (first === undefined) return;
  if (!row.isIndented) {
    const rows = second === undefined ? [] : [{ ...row, cells: row.cells.slice(1) }];
    tests.push({ name: first.text, line: row.line, endLine: row.line, from: first.from, rows });
  } else if (last !== undefined) {
    last.rows.push(row);
    last.endLine = row.line;
  }
}

/** Returns the lines with their cells, which two spaces or a tab separate. Continued lines belong to the line before. */
function rowsOf(source: string): Row[] {
  const rows: Row[] = [];
  let offset = 0;
  for (const [index, raw] of source.split('\n').entries()) {
    const cells: Cell[] = [];
    const isPiped = /^\|\s/.test(raw);
    const separator = isPiped ? /(?<=^|\s)\|(?=\s|$)/g : /\t\s*|\s{2,}/g;
    let from = 0;
    const add = (to: number): void => {
      const text = raw.slice(from, to).trim();
      const at = raw.indexOf(text, from);
      if (text !== '') cells.push({ text, from: offset + at, to: offset + at + text.length });
    };
    const line = raw.replace(/\s+$/, '');
    const isIndented = isPiped ? /^\|\s+\|/.test(line) : /^(?:\t|\s{2,})/.test(line);
    for (const match of line.matchAll(separator)) {
      add(match.index);
      from = match.index + match[0].length;
    }
    add(line.length);
    offset += raw.length + 1;
    const comment = cells.findIndex(({ text }) => text.startsWith('#'));
    if (comment >= 0) cells.length = comment;
    if (cells[0]?.text === '...') rows.at(-1)?.cells.push(...cells.slice(1));
    else if (cells.length > 0) rows.push({ line: index + 1, isIndented, isPiped, cells });
  }
  return rows;
}

/** Returns the phases of a test, and adds its measurements to `calls`. */
export function phasesOf(test: RobotTest, { settings }: RobotSuite, calls: MeasureCall[]): OutlinedPhase[] {
  const own = (name: string): Row | undefined => test.rows.find(({ cells }) => cells[0]?.text.toLowerCase() === name);
  const settingOf = (name: string): Row | undefined => {
    const row = own(`[${name}]`) ?? settings.get(`test ${name}`) ?? settings.get(`task ${name}`);
    const value = row?.cells[1]?.text;
    return value === undefined || value.toUpperCase() === 'NONE' ? undefined : row;
  };
  const template = settingOf('template')?.cells.slice(1)[0]?.text;
  const used = new Set<string>();
  const group = { name: test.name, line: test.line, endLine: test.endLine };
  const blocks: string[] = [];
  const phase = (name: string, { line, isPiped }: Row, [named, ...given]: readonly Cell[] = []): OutlinedPhase => {
    const full = `${test.name} / ${unique(name, used)}`;
    if (named === undefined) return { name: full, line, endLine: line, group, measurements: {} };
    calls.push({
      phase: full,
      repeatedBy: blocks.find((block) => loops.has(block)) ?? null,
      name: named,
      given,
      line,
      isPiped,
    });
    return { name: full, line, endLine: line, group, measurements: { [named.text]: line } };
  };
  const fixture = (name: string): OutlinedPhase[] => {
    const row = settingOf(name);
    return row?.cells[1] === undefined ? [] : [phase(row.cells[1].text, row)];
  };
  const found: OutlinedPhase[] = fixture('setup');
  let tryDepth = 0;
  for (const row of test.rows) {
    const { cells } = row;
    const keyword = cells.findIndex(({ text }) => !assignment.test(text));
    const name = cells[keyword]?.text;
    const [first] = cells;
    if (name === undefined || first === undefined || /^\[.*\]$/.test(first.text)) continue;
    if (name === 'END') {
      if (blocks.pop() === 'TRY body') tryDepth -= 1;
    } else if (name === 'TRY') {
      if (tryDepth === 0) found.push(phase('TRY', row));
      tryDepth += 1;
      blocks.push('TRY body');
    } else if (
      (name === 'EXCEPT' || name === 'FINALLY' || name === 'ELSE') &&
      blocks.at(-1)?.startsWith('TRY') === true
    ) {
      if (blocks.at(-1) === 'TRY body') tryDepth -= 1;
      blocks[blocks.length - 1] = 'TRY';
    } else if (statements.has(name)) {
      const isInline = name === 'IF' && cells.length > keyword + 2;
      if (/^(?:FOR|WHILE|IF|GROUP)$/.test(name) && !isInline) blocks.push(name);
      if (isInline && tryDepth === 0) found.push(...inlinePhases(cells.slice(keyword), row, phase));
    } else if (tryDepth === 0) {
      const isMeasured = template !== undefined && isMeasure(template) && isPlain(first.text);
      if (template !== undefined) found.push(phase(template, row, isMeasured ? cells : undefined));
      else found.push(keywordPhase(cells.slice(keyword), row, phase));
    } else calls.push(...callsIn(row, 'TRY'));
  }
  return [...found, ...fixture('teardown')];
}

/** Returns the measurements of a keyword of the suite, which can belong to any phase. */
export const callsOfKeyword = ({ name, rows }: RobotTest): MeasureCall[] => rows.flatMap((row) => callsIn(row, name));

function callsIn({ cells, line, isPiped }: Row, repeatedBy: string): MeasureCall[] {
  return cells.flatMap((cell, index) => {
    const [name, ...given] = cells.slice(index + 1);
    if (name === undefined || !isMeasure(cell.text) || !isPlain(name.text)) return [];
    return [{ phase: null, repeatedBy, name, given, line, isPiped }];
  });
}

type MakePhase = (name: string, row: Row, call?: readonly Cell[]) => OutlinedPhase;

const isMeasure = (keyword: string): boolean =>
  ['measure', 'teststations.measure'].includes(keyword.replace(/[_ ]/g, '').toLowerCase());

function keywordPhase([keyword, ...call]: readonly Cell[], row: Row, phase: MakePhase): OutlinedPhase {
  const name = keyword?.text ?? '';
  const [first] = call;
  if (first === undefined || !isMeasure(name)) return phase(name, row);
  return phase(`${name} ${first.text}`, row, isPlain(first.text) ? call : undefined);
}

/** Returns the phases of `IF  condition  Keyword  argument  ELSE  Keyword`. */
function inlinePhases(cells: readonly Cell[], row: Row, phase: MakePhase): OutlinedPhase[] {
  const found: OutlinedPhase[] = [];
  for (const [index, { text }] of cells.entries()) {
    const start = text === 'IF' || text === 'ELSE IF' ? index + 2 : text === 'ELSE' ? index + 1 : -1;
    if (start < 0) continue;
    const end = cells.findIndex(({ text: word }, at) => at > start && (word === 'ELSE IF' || word === 'ELSE'));
    const branch = cells.slice(start, end < 0 ? undefined : end);
    if (branch.length > 0 && !statements.has(branch[0]?.text ?? '')) found.push(keywordPhase(branch, row, phase));
  }
  return found;
}

function unique(name: string, used: Set<string>): string {
  let result = name;
  for (let number = 2; used.has(result); number += 1) result = `${name} (${number})`;
  used.add(result);
  return result;
}
