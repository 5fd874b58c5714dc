import * as z from 'zod';

const key = z.string().regex(/^[A-Za-z0-9_.:+-]{1,60}$/, 'A metadata key has 1 to 60 letters, digits or _ . : + -');
const value = z.union(
  [z.string(), z.number(), z.boolean()],
  'A metadata value is a text, a number (an integer up to 2^53), true or false.',
);
export const maxMetadataKeys = 50;

export const metadata = z
  .record(key, value)
  .refine((all) => Object.keys(all).length <= maxMetadataKeys, `Metadata may have at most ${maxMetadataKeys} keys.`);
export type Metadata = z.infer<typeof metadata>;

/** Keys are merged into the stored ones; null removes a key. */
export const metadataChange = z
  .record(key, value.nullable())
  .refine((all) => Object.keys(all).length <= maxMetadataKeys, `Metadata may have at most ${maxMetadataKeys} keys.`);
export type MetadataChange = z.infer<typeof metadataChange>;

const textFilter = z.strictObject({ in: z.array(z.string()).optional(), contains: z.string().optional() });
const numberFilter = z.strictObject({
  gte: z.number().optional(),
  lte: z.number().optional(),
  gt: z.number().optional(),
  lt: z.number().optional(),
  eq: z.number().optional(),
});
const filter = z.record(key, z.union([textFilter, numberFilter, z.strictObject({ eq: z.boolean() })]));
export type MetadataFilter = z.infer<typeof filter>;

/** A query parameter with JSON such as `{"fixture":{"in":["A"]},"temperature":{"gte":20}}`. Empty: no filter. */
const metadataFilter = z
  .string()
  .transform((text, context): unknown => {
    if (text === '') return {};
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue('The metadata filter must be JSON.');
      return z.NEVER;
    }
  })
  .pipe(filter.refine((all) => Object.keys(all).length <= 5, 'At most 5 keys can be filtered by.'));

export const metadataQuery = { metadata: metadataFilter.optional(), include_metadata: z.stringbool().default(false) };
