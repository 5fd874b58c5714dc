import { messageOf } from '../domain/messageOf.ts';

/** A name and its value, on one line. */
export type Fact = readonly [name: string, value: string];

/** A part of the report. */
export interface Section {
  readonly title: string;
  readonly facts: readonly Fact[];
  /** Text as it was written elsewhere, such as the end of a log. */
  readonly quote?: { readonly title: string; readonly text: string };
}

type Content = Omit<Section, 'title'>;

/** The report, in English: it is read by those who mend the program. */
export const toMarkdown = (title: string, introduction: string, sections: readonly Section[]): string =>
  [`# ${title}`, introduction, ...sections.map(sectionText)].join('\n\n') + '\n';

function sectionText({ title, facts, quote }: Section): string {
  const lines = facts.map(([name, value]) => `- ${name}: ${value.trim().replace(/\s*\n\s*/g, ' ')}`);
  const paragraphs = [`## ${title}`, lines.join('\n'), quote === undefined ? '' : quoteText(quote)];
  return paragraphs.filter(Boolean).join('\n\n');
}

function quoteText({ title, text }: { title: string; text: string }): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${title}:\n\n${fence}text\n${text.trimEnd()}\n${fence}`;
}

/** Makes a section; what fails or takes longer than `limit` milliseconds is said in it, and nothing is thrown. */
export async function section(title: string, limit: number, work: () => Promise<Content> | Content): Promise<Section> {
  try {
    return { title, ...(await within(limit, work)) };
  } catch (error) {
    return { title, facts: [['Not found out', messageOf(error)]] };
  }
}

/** The value, or why there is none. */
export async function valueOrReason(limit: number, work: () => Promise<string>): Promise<string> {
  try {
    return await within(limit, work);
  } catch (error) {
    return `not found out: ${messageOf(error)}`;
  }
}

/** @throws Error when the work takes longer than `limit` milliseconds; it goes on unseen */
export async function within<T>(limit: number, work: () => Promise<T> | T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${limit / 1000} s`)), limit);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Such as `12.3 MB`. */
export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = count < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(count) / 3));
  return `${(count / 1000 ** step).toFixed(step === 0 ? 0 : 1)} ${units[step] ?? ''}`;
}

/** The last lines of a text, at most `count`. */
export const lastLines = (text: string, count: number): string => text.trimEnd().split('\n').slice(-count).join('\n');
