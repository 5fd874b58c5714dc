import * as z from 'zod';

/** Half a surrogate pair could not be stored. */
const singleLine = (what: string, longest: number) =>
  z
    .string()
    .trim()
    .min(1, `The ${what} must not be empty.`)
    .max(longest, `The ${what} must be at most ${longest} characters long.`)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, `The ${what} must not contain control characters.`);

/** Numbers are compared without regard to case and stored as written. */
export const serialNumber = singleLine('serial number', 60);
export const partNumber = singleLine('part number', 60);
export const partName = singleLine('part name', 255);
export const revisionNumber = singleLine('revision number', 60);
export const versionTag = singleLine('version tag', 60);
export const batchNumber = singleLine('batch number', 100).regex(
  /^[A-Za-z0-9_.:+-]*$/,
  'The batch number may only have letters, digits and _ . : + -',
);

export const lookupNumber = z.string().min(1);
