import * as z from 'zod';

/** The parts of a prompt with a form, as `procedure.yaml` declares them: nine kinds of fields and three that only show something. */
export const promptInputTypes = [
  'text_input',
  'textarea',
  'number_input',
  'slider',
  'switch',
  'radio',
  'select',
  'multiselect',
  'checklist',
] as const;
export const promptDisplayTypes = ['text', 'image', 'progress'] as const;

const short = z.string().max(500);

const option = z.object({ value: short, label: short, image: z.string().nullable().default(null) });

export const promptComponent = z.object({
  key: short,
  type: z.enum([...promptInputTypes, ...promptDisplayTypes]),
  label: short,
  description: z.string().max(2_000).nullable().default(null),
  placeholder: short.nullable().default(null),
  is_required: z.boolean().default(false),
  /** The text, number, choice or choices at the start; of a progress bar its value. */
  initial: z
    .union([z.string().max(10_000), z.number(), z.boolean(), z.array(short).max(500)])
    .nullable()
    .default(null),
  options: z.array(option).max(500).default([]),
  min: z.number().nullable().default(null),
  max: z.number().nullable().default(null),
  step: z.number().nullable().default(null),
  min_length: z.number().int().nullable().default(null),
  max_length: z.number().int().nullable().default(null),
  /** A regular expression that a text must contain a match of. */
  pattern: short.nullable().default(null),
  prefix: short.nullable().default(null),
  suffix: short.nullable().default(null),
  /** The picture of an image: a file that the test names, or a `data:` URL once the editor has read it. */
  image: z.string().nullable().default(null),
});
export type PromptComponent = z.infer<typeof promptComponent>;

export const promptForm = z.array(promptComponent).max(100);

export const isPromptInput = ({ type }: Pick<PromptComponent, 'type'>): boolean =>
  promptInputTypes.some((each) => each === type);

/** The values of a form by the keys of its fields. A field that the user left out is missing. */
export const promptValues = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]));
export type PromptValues = z.infer<typeof promptValues>;

/** The answer to a prompt with a form is a text like all answers: its values as JSON. */
export const formAnswer = (values: PromptValues): string => JSON.stringify(values);

export function parseFormAnswer(answer: string): PromptValues | undefined {
  try {
    return promptValues.safeParse(JSON.parse(answer)).data;
  } catch {
    return undefined;
  }
}
