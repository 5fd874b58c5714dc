import { parseExactly } from '../contract/exactJson.ts';

const stringOrToken = /"[^"\\]*(?:\\.[^"\\]*)*"|-?Infinity|NaN/g;
const openhtfText = new Map([
  ['NaN', '"nan"'],
  ['Infinity', '"inf"'],
  ['-Infinity', '"-inf"'],
]);

/**
 * Parses JSON as Python writes it: bare `NaN`, `Infinity` and `-Infinity` become the strings `nan`, `inf` and `-inf`,
 * as OpenHTF itself writes these values without `allow_nan`.
 * @throws SyntaxError when the text is not JSON otherwise
 */
export function parseTolerantJson(text: string): unknown {
  try {
    return parseExactly(text);
  } catch {
    return parseExactly(text.replace(stringOrToken, (token) => openhtfText.get(token) ?? token));
  }
}
