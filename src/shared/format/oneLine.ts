const defaultMaxLength = 200;

const lineBreaksAndOverrides = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu;

const rightToLeft = /[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** Makes untrusted text single-line, without direction overrides. Right-to-left text is wrapped in directional isolates. */
export function oneLine(text: string, length = defaultMaxLength): string {
  const head = text
    .slice(0, length)
    .replace(lineBreaksAndOverrides, ' ')
    .replace(/[\ud800-\udbff]$/, '');
  const plain = text.length > length ? `${head}…` : head;
  return rightToLeft.test(plain) ? `\u2068${plain}\u2069` : plain;
}

export const asSentence = (text: string): string =>
  /[.!?…:]["”’)]?\s*$/.test(text) || text.trim() === '' ? text : `${text}.`;

export const withoutIsolates = (line: string): string => line.replace(/[\u2068\u2069]/g, '');

const controlsAndOverrides = /(?:(?![\n\t])[\p{Cc}\u202a-\u202e\u2066\u2067])+/gu;

/** Replaces direction overrides by spaces: a name that reads backwards would be mistaken for another one. */
export function withoutDirectionOverrides(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(controlsAndOverrides, ' ');
  if (Array.isArray(value)) return value.map(withoutDirectionOverrides);
  // Byte arrays and typed arrays of curves contain no text.
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withoutDirectionOverrides(part)]));
}

const maxMessageLength = 2000;

export const plainMessage = (text: string): string =>
  withoutLinks(text.slice(0, maxMessageLength).replace(controlsAndOverrides, ' '));

/** Breaks `[text](address)`, which VS Code would show as a link in messages, even to a command. */
const withoutLinks = (text: string): string => text.replaceAll('](', ']\u200b(');

/** Leaves out a path before a sentence that names the field, as in `metadata.part_number: The part number must be …`. */
export const withoutFieldPaths = (text: string): string => text.replace(/(^|[.] )[a-z]\w*(?:\.\w+)*: (?=The )/g, '$1');
