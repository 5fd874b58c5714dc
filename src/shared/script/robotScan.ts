import type { DeclaredMeasurement, OutlinedPhase, ScriptInfo, TextSpan } from './scriptInfo.ts';

interface Cell extends TextSpan {
  readonly text: string;
}

interface Row {
  readonly line: number;
  readonly isIndented: boolean;
  readonly cells: Cell[];
}

interface RobotTest {
  readonly name: string;
  readonly line: number;
  endLine: number;
  readonly from: number;
  readonly rows: Row[];
}

interface RobotSource {
  readonly settings: ReadonlyMap<string, Row>;
  readonly variables: ReadonlyMap<string, Cell>;
  readonly tests: readonly RobotTest[];
}

/** Assignments before the name of a keyword, such as `${volts}=`. */
const assignment = /^[$@&]\{.*\}\s?=?$/;
/** Statements that are no keywords. The keywords inside of `IF`, `FOR` and `WHILE` are phases. */
const statements = new Set(
  // prettier-ignore
  ['FOR', 'WHILE', 'IF', 'ELSE IF', 'ELSE', 'END', 'VAR', 'RETURN', 'BREAK', 'CONTINUE', 'GROUP', 'EXCEPT', 'FINALLY'],
);

/** Reads a suite of Robot Framework without running it. `robot_file.py` of the runner names phases by the same rules. */
export function scanRobot(source: string): ScriptInfo {
  const suite = readSuite(source);
  const id = suite.variables.get('PROCEDURE_ID');
  const measurements: DeclaredMeasurement[] = [];
  const phases = suite.tests.flatMap((test) => phasesOf(test, suite, measurements));
  return {
    isRunnable: suite.tests.length > 0,
    usesOpenHtf: false,
    phases,
    measurements,
    entry: suite.tests[0]?.from ?? null,
    procedures: id && isPlain(id.text) ? [{ id: id.text, literal: span(id), takesOnlyId: false }] : [],
    procedureArguments: id && isPlain(id.text) ? [{ kind: 'named', id: id.text }] : [],
    keys: [],
    lacksPartNumber: false,
  };
}

const isPlain = (text: string): boolean => text !== '' && !/[$@&%]\{/.test(text);

function readSuite(source: string): RobotSource {
  const settings = new Map<string, Row>();
  const variables = new Map<string, Cell>();
  const tests: RobotTest[] = [];
  let section = '';
  for (const row of rowsOf(source)) {
    const [first, second] = row.cells;
    if (first === undefined) continue;
    const header = /^\*+\s*([^*]*?)\s*(?:\*+.*)?$/.exec(first.text)?.[1];
    if (header !== undefined && !row.isIndented) {
      section = header.toLowerCase().replace(/s$/, '');
      continue;
    }
    const last = tests.at(-1);
    if (section === 'setting') settings.set(first.text.toLowerCase(), row);
    else if (section === 'variable' && second !== undefined) {
      const name = /^\$\{(.*)\}\s?=?$/.exec(first.text)?.[1];
      if (name !== undefined) variables.set(name.toUpperCase().replaceAll(' ', '_'), second);
    } else if (section === 'test case' || section === 'task') {
      if (!row.isIndented) {
        tests.push({ name: first.text, line: row.line, endLine: row.line, from: first.from, rows: [] });
        if (second !== undefined) tests.at(-1)?.rows.push({ ...row, cells: row.cells.slice(1) });
      } else if (last !== undefined) {
        last.rows.push(row);
        last.endLine = row.line;
      }
    }
  }
  return { settings, variables, tests };
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
    else if (cells.length > 0) rows.push({ line: index + 1, isIndented, cells });
  }
  return rows;
}

function phasesOf(test: RobotTest, { settings }: RobotSource, measurements: DeclaredMeasurement[]): OutlinedPhase[] {
  const own = (name: string): Row | undefined => test.rows.find(({ cells }) => cells[0]?.text.toLowerCase() === name);
  const settingOf = (name: string): Row | undefined => {
    const row = own(`[${name}]`) ?? settings.get(`test ${name}`) ?? settings.get(`task ${name}`);
    const value = row?.cells[1]?.text;
    return value === undefined || value.toUpperCase() === 'NONE' ? undefined : row;
  };
  const template = settingOf('template')?.cells.slice(1)[0]?.text;
  const used = new Set<string>();
  const group = { name: test.name, line: test.line, endLine: test.endLine };
  const phase = (name: string, line: number, named?: Cell): OutlinedPhase => {
    const full = `${test.name} / ${unique(name, used)}`;
    if (named !== undefined) measurements.push({ phase: [full], name: [named.text], literal: span(named) });
    return { name: full, line, endLine: line, group, measurements: named === undefined ? {} : { [named.text]: line } };
  };
  const fixture = (name: string): OutlinedPhase[] => {
    const row = settingOf(name);
    return row?.cells[1] === undefined ? [] : [phase(row.cells[1].text, row.line)];
  };
  const found: OutlinedPhase[] = fixture('setup');
  let tryDepth = 0;
  const blocks: string[] = [];
  for (const { cells, line } of test.rows) {
    const keyword = cells.findIndex(({ text }) => !assignment.test(text));
    const name = cells[keyword]?.text;
    const [first] = cells;
    if (name === undefined || first === undefined || /^\[.*\]$/.test(first.text)) continue;
    if (name === 'END') {
      if (blocks.pop() === 'TRY body') tryDepth -= 1;
    } else if (name === 'TRY') {
      if (tryDepth === 0) found.push(phase('TRY', line));
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
      if (isInline && tryDepth === 0) found.push(...inlinePhases(cells.slice(keyword), line, phase));
    } else if (tryDepth === 0) {
      if (template !== undefined) found.push(phase(template, line));
      else found.push(keywordPhase(cells.slice(keyword), line, phase));
    }
  }
  return [...found, ...fixture('teardown')];
}

type MakePhase = (name: string, line: number, named?: Cell) => OutlinedPhase;

function keywordPhase([keyword, first]: readonly Cell[], line: number, phase: MakePhase): OutlinedPhase {
  const name = keyword?.text ?? '';
  const plain = name.replace(/[_ ]/g, '').toLowerCase();
  if (first === undefined || (plain !== 'measure' && plain !== 'teststations.measure')) return phase(name, line);
  return phase(`${name} ${first.text}`, line, isPlain(first.text) ? first : undefined);
}

/** Returns the phases of `IF  condition  Keyword  argument  ELSE  Keyword`. */
function inlinePhases(cells: readonly Cell[], line: number, phase: MakePhase): OutlinedPhase[] {
  const found: OutlinedPhase[] = [];
  for (const [index, { text }] of cells.entries()) {
    const start = text === 'IF' || text === 'ELSE IF' ? index + 2 : text === 'ELSE' ? index + 1 : -1;
    if (start < 0) continue;
    const end = cells.findIndex(({ text: word }, at) => at > start && (word === 'ELSE IF' || word === 'ELSE'));
    const branch = cells.slice(start, end < 0 ? undefined : end);
    if (branch.length > 0 && !statements.has(branch[0]?.text ?? '')) found.push(keywordPhase(branch, line, phase));
  }
  return found;
}

function unique(name: string, used: Set<string>): string {
  let result = name;
  for (let number = 2; used.has(result); number += 1) result = `${name} (${number})`;
  used.add(result);
  return result;
}

const span = ({ from, to }: TextSpan): TextSpan => ({ from, to });
