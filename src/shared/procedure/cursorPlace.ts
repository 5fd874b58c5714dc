/**
 * Where the cursor is in a YAML file, which need not be complete: the keys that lead to its mapping (null is an item of a list),
 * the key whose value is being written (null if a key is), and the other keys of the mapping, with their values if they are on
 * the same line.
 */
export interface Place {
  readonly path: readonly (string | null)[];
  readonly key: string | null;
  readonly written: string;
  readonly siblings: ReadonlyMap<string, string>;
  readonly isInFlow: boolean;
  readonly indent: number;
}

interface Token {
  readonly column: number;
  readonly key: string | null;
  readonly value: string;
}

/** Goes by indentation, so that a file with errors works, too. @returns undefined in a comment, quotes or a text block */
export function cursorPlace(source: string, offset: number): Place | undefined {
  const lines = source.split(/\r?\n/);
  const lineStart = source.lastIndexOf('\n', offset - 1) + 1;
  const before = source.slice(lineStart, offset);
  const at = source.slice(0, lineStart).split('\n').length - 1;
  if (/(?:^|\s)#/.test(before) || isInBlockOfText(lines, at, before)) return undefined;
  const tokens = tokensOf(before);
  const last = tokens.at(-1);
  const flow = flowOf(last?.value ?? '');
  if (flow !== undefined && last !== undefined) {
    const outer = pathTo(lines, at, tokens.slice(0, -1), last.column);
    const own = last.key === null ? [...outer, null] : [...outer, last.key];
    const siblings = new Map([...flow.siblings, ...flowKeys(source.slice(offset))]);
    return { ...flow, path: [...own, ...flow.path], siblings, isInFlow: true, indent: last.column };
  }
  const isValue = last !== undefined && last.key !== null;
  const item = last?.key === null ? last : undefined;
  const column = isValue ? last.column : item !== undefined ? before.length - item.value.length : indentOf(before);
  const written = isValue || item !== undefined ? (last?.value ?? '') : before.trim();
  if (/^["']/.test(written) || /[{}[\]&*|>]/.test(written) || (!isValue && /[\s:]/.test(written))) return undefined;
  const path = pathTo(lines, at, isValue ? tokens.slice(0, -1) : tokens, column);
  return {
    path,
    key: isValue ? last.key : null,
    written,
    siblings: siblingsOf(lines, at, column),
    isInFlow: false,
    indent: column,
  };
}

const indentOf = (line: string): number => /^ */.exec(line)?.[0].length ?? 0;
const isBlank = (line: string): boolean => /^\s*(?:#|$)/.test(line);

function tokensOf(line: string): Token[] {
  const tokens: Token[] = [];
  let column = indentOf(line);
  for (;;) {
    const dash = /^-(?:\s+|$)/.exec(line.slice(column));
    if (dash === null) break;
    tokens.push({ column, key: null, value: line.slice(column + dash[0].length) });
    column += dash[0].length;
  }
  const entry = /^(?:"([^"]*)"|'([^']*)'|([\w.+-]+))\s*:(?:\s+(.*)|$)/.exec(line.slice(column));
  if (entry !== null) {
    const [, double, single, plain, value = ''] = entry;
    tokens.push({ column, key: double ?? single ?? plain ?? '', value });
  }
  return tokens;
}

function pathTo(lines: readonly string[], at: number, before: readonly Token[], from: number): (string | null)[] {
  const path: (string | null)[] = [];
  let column = from;
  let isItem = false;
  const take = (tokens: readonly Token[]): void => {
    for (const token of tokens.toReversed()) {
      if (token.column < column || (isItem && token.column === column && token.key !== null)) {
        path.unshift(token.key);
        column = token.column;
        isItem = token.key === null;
      }
    }
  };
  take(before);
  for (let index = at - 1; index >= 0; index -= 1) {
    const line = lines[index] ?? '';
    if (!isBlank(line)) take(tokensOf(line));
  }
  return path;
}

function siblingsOf(lines: readonly string[], at: number, column: number): Map<string, string> {
  const found = new Map<string, string>();
  const take = (line: string): boolean => {
    if (isBlank(line)) return true;
    const tokens = tokensOf(line);
    const own = tokens.find((token) => token.column === column && token.key !== null);
    if (own?.key != null) found.set(own.key, plainValue(own.value));
    return indentOf(line) >= column;
  };
  for (let index = at - 1; index >= 0; index -= 1) if (!take(lines[index] ?? '')) break;
  for (let index = at + 1; index < lines.length && indentOf(lines[index] ?? '') >= column; index += 1) {
    if (!isBlank(lines[index] ?? '') && tokensOf(lines[index] ?? '')[0]?.column !== column) continue;
    take(lines[index] ?? '');
  }
  return found;
}

const plainValue = (value: string): string =>
  value
    .replace(/\s+#.*$/, '')
    .replace(/,\s*$/, '')
    .replaceAll(/^["']|["']$/g, '');

function isInBlockOfText(lines: readonly string[], at: number, before: string): boolean {
  const indent = indentOf(before);
  for (let index = at - 1; index >= 0; index -= 1) {
    const line = lines[index] ?? '';
    if (isBlank(line) || indentOf(line) >= indent) continue;
    return /:\s*[|>][+-]?\d?\s*(?:#.*)?$/.test(line);
  }
  return false;
}

/** Returns where the end of a flow mapping such as `{ type: text, ` is; undefined if it is none, or in quotes. */
function flowOf(text: string): Pick<Place, 'path' | 'key' | 'written' | 'siblings'> | undefined {
  if (!/^[{[]/.test(text)) return undefined;
  const levels: { path: string | null | undefined; key: string | null; siblings: Map<string, string> }[] = [];
  let word = '';
  const end = (): void => {
    const level = levels.at(-1);
    if (level !== undefined && level.key !== null) level.siblings.set(level.key, plainValue(word.trim()));
  };
  for (let index = 0; index < text.length; index += 1) {
    const sign = text[index] ?? '';
    const level = levels.at(-1);
    if (sign === '"' || sign === "'") {
      const close = text.indexOf(sign, index + 1);
      if (close < 0) return undefined;
      word += text.slice(index + 1, close);
      index = close;
    } else if (sign === '{' || sign === '[') {
      const path = level === undefined ? undefined : level.key;
      levels.push({ path: sign === '[' ? path : path, key: null, siblings: new Map() });
      word = '';
    } else if (sign === '}' || sign === ']') {
      levels.pop();
      if (levels.length === 0) return undefined;
      word = '';
    } else if (sign === ',') {
      end();
      if (level !== undefined) level.key = null;
      word = '';
    } else if (sign === ':' && level?.key === null) {
      level.key = word.trim();
      word = '';
    } else word += sign;
  }
  const level = levels.at(-1);
  if (level === undefined) return undefined;
  const path = levels.flatMap((each) => (each.path === undefined ? [] : [each.path]));
  return { path, key: level.key, written: word.trimStart(), siblings: level.siblings };
}

const flowKeys = (rest: string): [string, string][] =>
  [...(/^[^{}\n]*(?=\})/.exec(rest)?.[0] ?? '').matchAll(/([\w-]+)\s*:\s*([^,]*)/g)].map(([, key = '', value = '']) => [
    key,
    plainValue(value.trim()),
  ]);
