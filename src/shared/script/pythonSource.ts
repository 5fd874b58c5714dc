import type { SyntaxNode, SyntaxNodeRef, Tree } from '@lezer/common';
import { parser } from '@lezer/python';

/** A Python source, parsed without running it. Source that does not parse gives what could be read of it. */
export class PythonSource {
  readonly source: string;
  readonly #tree: Tree;
  /** The values of names that the module assigns once; null: more than once, so that only running would tell. */
  readonly #constants = new Map<string, SyntaxNode | null>();

  constructor(source: string) {
    this.source = source;
    this.#tree = parser.parse(source);
    for (const node of this.top.getChildren('AssignStatement')) this.#rememberConstant(node);
  }

  /** The module itself. */
  get top(): SyntaxNode {
    return this.#tree.topNode;
  }

  text(node: SyntaxNodeRef | null): string {
    return node === null ? '' : this.source.slice(node.from, node.to);
  }

  /** Every node of these kinds, in the order of the source. */
  nodes(...kinds: readonly string[]): SyntaxNode[] {
    const found: SyntaxNode[] = [];
    this.#tree.iterate({
      enter({ name, node }) {
        if (kinds.includes(name)) found.push(node);
      },
    });
    return found;
  }

  /** Calls of what is written like this, such as `htf.Test`. */
  calls(callee: RegExp): SyntaxNode[] {
    return this.nodes('CallExpression').filter((call) => callee.test(this.text(call.firstChild)));
  }

  /** The name in `name=value` of a call's arguments. */
  argument(call: SyntaxNode, name: string): SyntaxNode | undefined {
    const names = call.getChild('ArgList')?.getChildren('VariableName') ?? [];
    return names.find((each) => each.nextSibling?.name === 'AssignOp' && this.text(each) === name);
  }

  /** The value of an argument; the name of a constant of the module stands for what it is assigned. */
  valueOf(argument: SyntaxNode): SyntaxNode | null {
    const value = argument.nextSibling?.nextSibling ?? null;
    return value?.name === 'VariableName' ? (this.#constants.get(this.text(value)) ?? null) : value;
  }

  /** The value of a plain string literal. Escapes and f-strings are left to Python. */
  literal(node: SyntaxNode): string | null {
    if (node.name === 'ContinuedString') {
      const parts = node.getChildren('String').map((part) => this.literal(part));
      return parts.includes(null) || node.getChild('FormatString') !== null ? null : parts.join('');
    }
    if (node.name !== 'String') return null;
    const match = /^[rRuU]?("""|'''|"|')([^\\]*)\1$/s.exec(this.text(node));
    return match?.[2] ?? null;
  }

  #rememberConstant(node: SyntaxNode): void {
    const [name, value] = [node.getChild('VariableName'), node.lastChild];
    if (name === null || value === null) return;
    const key = this.text(name);
    this.#constants.set(key, this.#constants.has(key) ? null : value);
  }
}
