/** A name that a script writes. Anything can be between its parts, such as the arguments of `with_args`. */
export type NamePattern = readonly string[];

export const isPlainName = (pattern: NamePattern): boolean => pattern.length === 1;

export function matchesName(pattern: NamePattern, name: string): boolean {
  const [first = '', ...others] = pattern;
  const last = others.pop();
  if (last === undefined) return name === first;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of others) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}

/** Reads a name with fields in braces, as `str.format` and `with_args` fill them. Doubled braces are braces. */
export function formatPattern(text: string): NamePattern {
  return splitAt(text, /\{\{|\}\}|\{[^{}]*\}/g, (field) => (field === '{{' || field === '}}' ? field.charAt(0) : null));
}

/** Reads a name with fields such as `%d`, which the `%` operator fills. */
export function percentPattern(text: string): NamePattern {
  return splitAt(text, /%(?:%|(?:\(\w*\))?[-+ #0-9.*]*[a-zA-Z])/g, (field) => (field === '%%' ? '%' : null));
}

/** @param plain returns the text that a field stands for, or null if that is unknown */
function splitAt(text: string, fields: RegExp, plain: (field: string) => string | null): NamePattern {
  const parts: string[] = [];
  let part = '';
  let end = 0;
  for (const match of text.matchAll(fields)) {
    const [field] = match;
    part += text.slice(end, match.index);
    end = match.index + field.length;
    const known = plain(field);
    if (known === null) {
      parts.push(part);
      part = '';
    } else {
      part += known;
    }
  }
  return [...parts, part + text.slice(end)];
}
