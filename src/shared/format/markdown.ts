import { oneLine } from './oneLine.ts';

/** A text as it is in Markdown: nothing in it is a link, an emphasis, HTML or one of VS Code's icons; on one line. */
export const escapeMarkdown = (text: string): string =>
  withoutIcons(oneLine(text, 1000))
    .replace(/\s+/g, ' ')
    .replace(/[!-/:-@[-`{-~]/g, String.raw`\$&`);

/** VS Code shows `$(name)` as an icon in lenses and in Markdown: a space without width keeps it a text. */
export const withoutIcons = (text: string): string => text.replaceAll('$(', '$\u200b(');
