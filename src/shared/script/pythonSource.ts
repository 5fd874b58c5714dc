import type { SyntaxNode, SyntaxNodeRef, Tree } from '@lezer/common';
import { parser } from '@lezer/python';

/** A Python source that is parsed once and never run. If it has syntax errors, the parts around them are still read. */
export class PythonSource {
  readonly source: string;
  readonly imports: readonly string[];
  readonly functions: readonly SyntaxNode[];
  readonly callExpressions: readonly SyntaxNode[];
  readonly openhtf: ReadonlyMap<string, string>;
  readonly #tree: Tree;
  readonly #lineStarts: number[] = [0];
  readonly #values = new Map<string, SyntaxNode>();
  /** The values that the module assigns to a name once; null for a name that it assigns several times. */
  readonly #constants = new Map<string, SyntaxNode | null>();

  constructor(source: string) {
    this.source = source;
    this.#tree = parser.parse(source);
    const imports: string[] = [];
    const functions: SyntaxNode[] = [];
    const calls: SyntaxNode[] = [];
    this.#tree.iterate({
      // `at.node` allocates an object, so it is read for few kinds only.
      enter: (at) => {
        if (at.name === 'ImportStatement') imports.push(this.text(at));
        else if (at.name === 'FunctionDefinition') functions.push(at.node);
        else if (at.name === 'CallExpression') calls.push(at.node);
        else if (at.name === 'AssignStatement') this.#addAssignment(at.node);
      },
    });
    this.imports = imports;
    this.functions = functions;
    this.callExpressions = calls;
    this.openhtf = openhtfNames(imports);
    for (let end = source.indexOf('\n'); end >= 0; end = source.indexOf('\n', end + 1)) {
      this.#lineStarts.push(end + 1);
    }
  }

  get top(): SyntaxNode {
    return this.#tree.topNode;
  }

  text(node: SyntaxNodeRef | null): string {
    return node === null ? '' : this.source.slice(node.from, node.to);
  }

  lineAt(offset: number): number {
    let low = 0;
    let high = this.#lineStarts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  }

  nodes(...kinds: readonly string[]): SyntaxNode[] {
    const found: SyntaxNode[] = [];
    this.#tree.iterate({
      enter(at) {
        if (kinds.includes(at.name)) found.push(at.node);
      },
    });
    return found;
  }

  ownName(name: string): string {
    return this.openhtf.get(name) ?? name;
  }

  callee(call: SyntaxNode): string {
    return this.ownName(this.text(call.firstChild));
  }

  calls(callee: RegExp): SyntaxNode[] {
    return this.callExpressions.filter((call) => callee.test(this.callee(call)));
  }

  argument(call: SyntaxNode, name: string): SyntaxNode | undefined {
    const names = call.getChild('ArgList')?.getChildren('VariableName') ?? [];
    return names.find((each) => each.nextSibling?.name === 'AssignOp' && this.text(each) === name);
  }

  valueOf(argument: SyntaxNode): SyntaxNode | null {
    const value = argument.nextSibling?.nextSibling ?? null;
    return value?.name === 'VariableName' ? (this.#constants.get(this.text(value)) ?? null) : value;
  }

  assignedValue(name: string): SyntaxNode | undefined {
    return this.#values.get(name);
  }

  constant(name: string): SyntaxNode | null | undefined {
    return this.#constants.get(name);
  }

  /** Returns the value of a string literal; null for strings with escapes, for f-strings, and for other nodes. */
  literal(node: SyntaxNode | null): string | null {
    if (node?.name === 'ContinuedString') {
      const parts = node.getChildren('String').map((part) => this.literal(part));
      return parts.includes(null) || node.getChild('FormatString') !== null ? null : parts.join('');
    }
    if (node?.name !== 'String') return null;
    const match = /^[rRuU]?("""|'''|"|')([^\\]*)\1$/s.exec(this.text(node));
    return match?.[2] ?? null;
  }

  #addAssignment(node: SyntaxNode): void {
    const name = node.getChild('VariableName');
    const value = node.lastChild;
    if (name === null || value === null) return;
    const key = this.text(name);
    if (name.from !== value.from) this.#values.set(key, value);
    if (node.parent?.name === 'Script') this.#constants.set(key, this.#constants.has(key) ? null : value);
  }
}

const openhtfExports = ['measures', 'plug', 'PhaseOptions', 'TestPhase', 'diagnose', 'monitors'];

function openhtfNames(imports: readonly string[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const statement of imports) {
    const [, from, what = ''] = /^(?:from\s+([\w.]+)\s+)?import\s+([\s\S]*)$/.exec(statement) ?? [];
    if (from !== undefined && !isOpenhtf(from)) continue;
    for (const part of what.replace(/[()\\]|#.*$/gm, ' ').split(',')) {
      const [, name, alias] = /^\s*([\w.]+|\*)(?:\s+as\s+(\w+))?\s*$/.exec(part) ?? [];
      if (name === undefined || (from === undefined && !isOpenhtf(name))) continue;
      if (name === '*') for (const each of openhtfExports) names.set(each, each);
      else names.set(alias ?? name.split('.')[0] ?? name, name);
    }
  }
  return names;
}

const isOpenhtf = (module: string): boolean => module === 'openhtf' || module.startsWith('openhtf.');
