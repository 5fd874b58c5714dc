import { withoutDirectionOverrides } from '../format/oneLine.ts';

/** For content and quoted attributes. Direction overrides become spaces: a name that reads backwards would be mistaken. */
export const escapeHtml = (text: string): string =>
  String(withoutDirectionOverrides(text))
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

class Markup {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}
export type { Markup };

type Part = string | number | Markup | readonly Part[] | null | undefined | false;

/** A template whose values are escaped, unless they are the results of templates. */
export const markup = (texts: TemplateStringsArray, ...values: readonly Part[]): Markup =>
  new Markup(texts.map((text, index) => text + sourceOf(values[index])).join(''));

/** Takes a text as HTML. @param source must contain no text from elsewhere that is not escaped */
export const trustedMarkup = (source: string): Markup => new Markup(source);

function sourceOf(part: Part): string {
  if (part === null || part === undefined || part === false) return '';
  if (part instanceof Markup) return part.source;
  if (typeof part === 'object') return part.map(sourceOf).join('');
  return escapeHtml(String(part));
}
