import { oneLine } from './oneLine.ts';

/** Escapes a text for one line of Markdown, so that it contains no link, emphasis, HTML or icon of VS Code. */
export const escapeMarkdown = (text: string): string =>
  withoutIcons(oneLine(text, 1000))
    .replace(/\s+/g, ' ')
    .replace(/[!-/:-@[-`{-~]/g, String.raw`\$&`);

/** Inserts a zero-width space into `$(name)`, which VS Code would show as an icon in code lenses and in Markdown. */
export const withoutIcons = (text: string): string => text.replaceAll('$(', '$\u200b(');

export function inlineCode(text: string, length = 1000): string {
  const line = oneLine(text, length).replace(/\s+/g, ' ').trim();
  if (line === '') return '``';
  const longest = Math.max(0, ...(line.match(/`+/g) ?? []).map((ticks) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  const space = longest > 0 ? ' ' : '';
  return `${fence}${space}${line}${space}${fence}`;
}
