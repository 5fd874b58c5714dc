import { messageOf } from '../../shared/format/messageOf.ts';

export type Fact = readonly [name: string, value: string];

export interface Section {
  readonly title: string;
  readonly facts: readonly Fact[];
  readonly problems?: readonly string[];
  readonly quote?: { readonly title: string; readonly text: string };
}

export type SectionContent = Omit<Section, 'title'>;

/** Returns the report: the verdict, then the details. It is in English, for the maintainers who read it in bug reports. */
export const toMarkdown = (title: string, introduction: string, sections: readonly Section[]): string =>
  [`# ${title}`, verdict(sections), introduction, ...sections.map(sectionText)].join('\n\n') + '\n';

function verdict(sections: readonly Section[]): string {
  const problems = sections.flatMap((each) => each.problems ?? []).map(singleLine);
  const [only, ...others] = problems;
  if (only === undefined) {
    return '**Everything is fine.** The Python interpreter, the server and the key of the selected station are ready for a run. If a run fails nevertheless, the last section lists the errors of this window.';
  }
  if (others.length === 0) return `**One problem was found.** ${only}`;
  const list = problems.map((problem, index) => `${index + 1}. ${problem}`).join('\n');
  return `**${problems.length} problems were found.** Fix the first one first:\n\n${list}`;
}

const singleLine = (text: string): string => text.trim().replace(/\s*\n\s*/g, ' ');

function sectionText({ title, facts, quote }: Section): string {
  const lines = facts.map(([name, value]) => `- ${name}: ${singleLine(value)}`);
  const paragraphs = [`## ${title}`, lines.join('\n'), quote === undefined ? '' : quoteText(quote)];
  return paragraphs.filter(Boolean).join('\n\n');
}

function quoteText({ title, text }: { title: string; text: string }): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${title}:\n\n${fence}text\n${text.trimEnd()}\n${fence}`;
}

/** Creates a section. It never rejects: a failure or a timeout becomes a problem of the section. */
export async function section(
  title: string,
  timeoutMs: number,
  work: () => Promise<SectionContent> | SectionContent,
): Promise<Section> {
  try {
    return { title, ...(await within(timeoutMs, work)) };
  } catch (error) {
    const reason = messageOf(error);
    return { title, facts: [['Not found out', reason]], problems: [`${title} could not be examined: ${reason}`] };
  }
}

export async function valueOrReason(timeoutMs: number, work: () => Promise<string>): Promise<string> {
  try {
    return await within(timeoutMs, work);
  } catch (error) {
    return `not found out: ${messageOf(error)}`;
  }
}

/** @throws Error if the work takes longer than `timeoutMs`; the work itself continues */
export async function within<T>(timeoutMs: number, work: () => Promise<T> | T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}

export const lastLines = (text: string, count: number): string => text.trimEnd().split('\n').slice(-count).join('\n');
