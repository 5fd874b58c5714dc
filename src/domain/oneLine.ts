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
  const [head, more] = [text.slice(0, length), text.length > length];
  const plain = `${head.replace(unruly, ' ').replace(/[\ud800-\udbff]$/, '')}${more ? '…' : ''}`;
  return rightToLeft.test(plain) ? `\u2068${plain}\u2069` : plain;
}

/** VS Code makes a link of `[text](address)` in messages, also one that is a command: a space without width prevents it. */
export const withoutLinks = (text: string): string => text.replaceAll('](', ']\u200b(');
