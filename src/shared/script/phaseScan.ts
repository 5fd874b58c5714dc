import type { SyntaxNode } from '@lezer/common';
import { parser } from '@lezer/python';
import { openhtfNames } from '../run/openhtfNames.ts';
import { declaredIn, type DeclaredMeasurements, literalText } from './measurementScan.ts';

/** Lines count from 1. */
export interface OutlinedPhase {
  /** As the run will name it, where that can be read. */
  readonly name: string;
  /** Of its `def`. */
  readonly line: number;
  readonly endLine: number;
  /** Names of its measurements, each with the line that declares it. */
  readonly measurements: DeclaredMeasurements;
}

/** What can be told of a Python file without running it. */
export interface ScriptOutline {
  /** It makes a run, or has the functions of one; other files only define phases for scripts. */
  readonly runnable: boolean;
  /** As tests list them, then the others from top to bottom. */
  readonly phases: readonly OutlinedPhase[];
}

const makesRun = /(?:^|\.)(?:Test|create_run|runs\.create)$/;
const takesPhases = /(?:^|\.)(?:Test|PhaseGroup|PhaseSequence|Subtest|BranchSequence|with_\w+|combine|wrap)$/;

/** OpenHTF calls a function with such a decorator with what a phase has measured; it is no phase. */
const diagnoser = /(?:^|\.)(?:Phase|Test)Diagnoser$/;

const holdsPhases = new Set(['setup', 'main', 'teardown', 'nodes']);

interface Function {
  readonly node: SyntaxNode;
  readonly decorators: readonly SyntaxNode[];
  readonly topLevel: boolean;
}

/**
 * The phases of a script: functions that are handed to `htf.Test` or to groups and sequences, those that OpenHTF's
 * decorators mark, and in scripts without OpenHTF those named `phase_…`. Source that does not parse gives what could be
 * read of it; phases that the script imports or makes while running are not seen.
 */
export function outlineScript(source: string): ScriptOutline {
  const functions = new Map<string, Function>();
  const values = new Map<string, SyntaxNode>();
  const imports: string[] = [];
  const calls: SyntaxNode[] = [];
  parser.parse(source).iterate({
    // `at.node` makes an object: only of nodes that count.
    enter(at) {
      if (at.name === 'ImportStatement') imports.push(source.slice(at.from, at.to));
      else if (at.name === 'FunctionDefinition') remember(functions, at.node, source);
      else if (at.name === 'AssignStatement') rememberValue(values, at.node, source);
      else if (at.name === 'CallExpression') calls.push(at.node);
    },
  });
  const openhtf = openhtfNames(imports);
  /** The name that an import has given to something of OpenHTF is replaced by its own. */
  const ownName = (text: string): string => openhtf.get(text) ?? text;
  const names = new Set<string>();
  let runs = 0;
  for (const call of calls) {
    const callee = ownName(textOf(call.firstChild, source));
    if (makesRun.test(callee)) runs += 1;
    const list = call.getChild('ArgList');
    if (list === null || !takesPhases.test(callee)) continue;
    for (const name of references(list, values, source)) names.add(name);
  }
  for (const [name, { decorators, topLevel }] of functions) {
    if (decorators.some((each) => diagnoser.test(ownName(calledName(each, source))))) {
      names.delete(name);
      continue;
    }
    const marked = decorators.some((each) => openhtf.has(textOf(each.getChild('VariableName'), source)));
    if (marked || (openhtf.size === 0 && topLevel && name.startsWith('phase_'))) names.add(name);
  }
  const lines = new Lines(source);
  const found = [...names].flatMap((name) => functions.get(name) ?? []);
  const plain = openhtf.size === 0 && found.some(({ topLevel }) => topLevel);
  return { runnable: runs > 0 || plain, phases: found.map((each) => outlined(each, source, lines)) };
}

/** Returns the dotted name in a decorator, such as `htf.PhaseOptions` in `@htf.PhaseOptions(name="x")`. */
const calledName = (decorator: SyntaxNode, source: string): string =>
  /^@\s*([\w.]+)/.exec(textOf(decorator, source))?.[1] ?? '';

function outlined({ node, decorators }: Function, source: string, lines: Lines): OutlinedPhase {
  return {
    name: givenName(decorators, source) ?? textOf(node.getChild('VariableName'), source),
    line: lines.at(node.from),
    endLine: lines.at(node.to - 1),
    measurements: declaredIn([...decorators, node], source, (offset) => lines.at(offset)),
  };
}

/** `@htf.PhaseOptions(name="Power on")`; a name with places is made while running. */
function givenName(decorators: readonly SyntaxNode[], source: string): string | undefined {
  const given = decorators.flatMap((each) => each.getChild('ArgList')?.getChildren('VariableName') ?? []);
  for (const argument of given) {
    if (textOf(argument, source) !== 'name' || argument.nextSibling?.name !== 'AssignOp') continue;
    const name = literalText(argument.nextSibling.nextSibling, source);
    if (name !== undefined) return name.includes('{') ? undefined : name;
  }
  return undefined;
}

function remember(functions: Map<string, Function>, node: SyntaxNode, source: string): void {
  const decorated = node.parent?.name === 'DecoratedStatement' ? node.parent : null;
  const outer = (decorated ?? node).parent;
  if (outer?.parent?.name === 'ClassDefinition') return;
  const name = textOf(node.getChild('VariableName'), source);
  functions.set(name, {
    node,
    decorators: decorated?.getChildren('Decorator') ?? [],
    topLevel: outer?.name === 'Script',
  });
}

function rememberValue(values: Map<string, SyntaxNode>, node: SyntaxNode, source: string): void {
  const [name, value] = [node.getChild('VariableName'), node.lastChild];
  if (name !== null && value !== null && name.from !== value.from) values.set(textOf(name, source), value);
}

/** The names in an argument list, through lists, variables, `phase.with_args(…)` and `measures(…)(phase)`. */
function references(
  node: SyntaxNode,
  values: ReadonlyMap<string, SyntaxNode>,
  source: string,
  seen: ReadonlySet<string> = new Set(),
): string[] {
  const found: string[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    const key = child.prevSibling?.name === 'AssignOp' ? textOf(child.prevSibling.prevSibling, source) : undefined;
    if (key !== undefined && !holdsPhases.has(key)) continue;
    if (child.name === 'VariableName' && child.nextSibling?.name !== 'AssignOp') {
      const name = textOf(child, source);
      const value = seen.has(name) ? undefined : values.get(name);
      found.push(name);
      if (value !== undefined && isList(value))
        found.push(...references(value, values, source, new Set([...seen, name])));
    } else if (isList(child)) found.push(...references(child, values, source, seen));
    else if (child.name === 'CallExpression') {
      const [callee, list] = [child.firstChild, child.getChild('ArgList')];
      if (callee?.name === 'MemberExpression') found.push(textOf(callee.firstChild, source));
      else if (callee?.name === 'CallExpression' && list !== null)
        found.push(...references(list, values, source, seen));
    }
  }
  return found;
}

const isList = ({ name }: SyntaxNode): boolean => /^(?:Array|Tuple|Parenthesized)Expression$/.test(name);

const textOf = (node: SyntaxNode | null, source: string): string => (node ? source.slice(node.from, node.to) : '');

/** The lines of a text, counted from 1. */
class Lines {
  readonly #starts: number[] = [0];

  constructor(text: string) {
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) this.#starts.push(end + 1);
  }

  at(offset: number): number {
    let [low, high] = [0, this.#starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  }
}
