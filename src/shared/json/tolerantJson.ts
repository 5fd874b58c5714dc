import { parseExactly } from '../contract/exactJson.ts';

const stringOrToken = /"[^"\\]*(?:\\.[^"\\]*)*"|-?Infinity|NaN/g;
const openhtfText = new Map([
  ['NaN', '"nan"'],
  ['Infinity', '"inf"'],
  ['-Infinity', '"-inf"'],
]);

/** Python's bare `NaN` and `Infinity` become the strings `nan` and `inf`, as OpenHTF writes them. @throws SyntaxError */
export function parseTolerantJson(text: string): unknown {
  try {
    return parseExactly(text);
  } catch {
    return parseExactly(text.replace(stringOrToken, (token) => openhtfText.get(token) ?? token));
  }
}
