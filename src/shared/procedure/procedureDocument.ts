import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml';

export interface Span {
  readonly from: number;
  readonly to: number;
}

type Path = readonly (string | number)[];

export class ProcedureDocument {
  readonly document: Document.Parsed;
  readonly json: unknown;
  readonly length: number;
  readonly #lines = new LineCounter();
  #targets: ReadonlyMap<Alias, Node | undefined> | undefined;

  constructor(source: string) {
    this.length = source.length;
    this.document = parseDocument(source, { lineCounter: this.#lines, logLevel: 'error', uniqueKeys: true });
    this.json = this.#toJson();
  }

  lineAt(offset: number): number {
    return Math.max(1, this.#lines.linePos(offset).line);
  }

  /** Returns where a value is written; if it is not, the value around it. */
  spanOf(path: Path): Span {
    for (let length = path.length; length >= 0; length -= 1) {
      const span = spanOfNode(this.#find(path.slice(0, length)));
      if (span !== undefined) return span;
    }
    return { from: 0, to: 0 };
  }

  /** Returns where the key of an entry is written; if there is no such entry, the mapping that lacks it. */
  keySpan(path: Path, key: string): Span {
    const map = this.#find(path);
    const pair = isMap(map) ? map.items.find((item) => isNode(item.key) && String(item.key) === key) : undefined;
    const written = pair !== undefined && isNode(pair.key) ? spanOfNode(pair.key) : undefined;
    if (written !== undefined) return written;
    const first = isMap(map) ? map.items[0]?.key : undefined;
    return (isNode(first) ? spanOfNode(first) : undefined) ?? this.spanOf(path);
  }

  #find(path: Path): Node | undefined {
    let node: unknown = this.document.contents;
    for (const step of path) {
      if (isAlias(node)) node = this.#target(node);
      if (!isMap(node) && !isSeq(node)) return undefined;
      node = node.get(step, true);
    }
    return isNode(node) ? node : undefined;
  }

  /** The library looks for the target of each alias in the whole file, which takes long if there are many. */
  #target(alias: Alias): Node | undefined {
    if (this.#targets === undefined) {
      const targets = new Map<Alias, Node | undefined>();
      const anchors = new Map<string, Node>();
      visit(this.document, {
        Node: (_, node) => {
          if (isAlias(node)) targets.set(node, anchors.get(node.source));
          else if (node.anchor !== undefined) anchors.set(node.anchor, node);
        },
      });
      this.#targets = targets;
    }
    return this.#targets.get(alias);
  }

  /** An alias that is expanded again and again could fill the memory; the library then throws. */
  #toJson(): unknown {
    try {
      return this.document.toJS({ maxAliasCount: 10_000 });
    } catch {
      return undefined;
    }
  }
}

function spanOfNode(node: Node | undefined): Span | undefined {
  const [from, to] = node?.range ?? [];
  return from === undefined || to === undefined ? undefined : { from, to };
}
