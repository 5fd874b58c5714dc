import * as z from 'zod';

/** Instructions for a task, in Markdown, which VS Code reads as a skill and the MCP server offers as a prompt. */
export interface Skill {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly text: string;
}

const parts = z.object({ name: z.string(), description: z.string(), text: z.string(), title: z.string() });
const layout =
  /^---\nname: (?<name>[^\n]+)\ndescription: (?<description>[^\n]+)\n---\n+(?<text># (?<title>[^\n]+)\n.*)$/s;

/** Reads a `SKILL.md`, whose front matter has a name and a description. @throws ZodError if it is no skill */
export const readSkill = (text: string): Skill => parts.parse(layout.exec(text.replaceAll('\r\n', '\n'))?.groups);
