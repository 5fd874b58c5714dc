import * as z from 'zod';

/** Some models refuse tools whose schemas have these keywords. Limits are in descriptions, and the handler checks them. */
const keywordsToOmit = [
  '$schema',
  'format',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minItems',
  'maxItems',
] as const;

export interface ToolSchema {
  readonly [keyword: string]: unknown;
  readonly type: 'object';
}

export function toolSchema(schema: z.ZodObject): ToolSchema {
  // A transform, as of untrusted text, changes no type; the schema of its input describes its output, too.
  const { $schema: _, ...made } = z.toJSONSchema(schema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      for (const keyword of keywordsToOmit) Reflect.deleteProperty(jsonSchema, keyword);
    },
  });
  return { ...made, type: 'object' };
}
