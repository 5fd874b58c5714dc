/** So many characters of a text from elsewhere are shown in one line. */
const most = 200;

/** What ends a line, moves a cursor, or turns the order of what follows around. */
const unruly = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu;

/** Letters that are written from right to left, and marks that count as such. */
const rightToLeft = /[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * A text from elsewhere as a part of one line: it neither breaks the line, nor changes the order of the rest, nor is it
 * longer than a line. Text that is written from right to left is kept apart from its neighbours.
 */
export function oneLine(text: string, length = most): string {
  const head = text
    .slice(0, length)
    .replace(unruly, ' ')
    .replace(/[\ud800-\udbff]$/, '');
  const plain = text.length > length ? `${head}…` : head;
  return rightToLeft.test(plain) ? `\u2068${plain}\u2069` : plain;
}

/** A text from elsewhere as a sentence, so that another sentence can follow it. */
export const asSentence = (text: string): string =>
  /[.!?…:]["”’)]?\s*$/.test(text) || text.trim() === '' ? text : `${text}.`;

/** A name to be edited: without what keeps it apart from its neighbours in a line. */
export const asTyped = (line: string): string => line.replace(/[\u2068\u2069]/g, '');

/** What would turn the rest of a text around. Names that are kept apart (`oneLine`) stay so. */
const disorder = /(?:(?![\n\t])[\p{Cc}\u202a-\u202e\u2066\u2067])+/gu;

/**
 * What a page is told, with texts from elsewhere anywhere in it: what would turn their letters, and what stands beside them,
 * around is a blank. A name that reads backwards would be taken for another one.
 */
export function inOrder(told: unknown): unknown {
  if (typeof told === 'string') return told.replace(disorder, ' ');
  if (Array.isArray(told)) return told.map(inOrder);
  // Bytes and numbers of curves come as they are.
  if (typeof told !== 'object' || told === null || Object.getPrototypeOf(told) !== Object.prototype) return told;
  return Object.fromEntries(Object.entries(told).map(([key, value]) => [key, inOrder(value)]));
}

/** So many characters of a message are shown. */
const mostOfMessage = 2000;

/** A message with texts from elsewhere: all of it is text, in its order, and on as many lines as it has. */
export const plainMessage = (text: string): string => withoutLinks(text.slice(0, mostOfMessage).replace(disorder, ' '));

/** VS Code makes a link of `[text](address)` in messages, also one that is a command: a space without width prevents it. */
const withoutLinks = (text: string): string => text.replaceAll('](', ']\u200b(');

/**
 * Returns a refusal without the paths of fields before sentences that name the field themselves, such as
 * `metadata.part_number: ` before `The part number must be at most 60 characters long.`
 */
export const withoutFieldPaths = (text: string): string => text.replace(/(^|[.] )[a-z]\w*(?:\.\w+)*: (?=The )/g, '$1');
