import * as z from 'zod';

/** A text on one line that is not blank; outer blanks are removed. Half a surrogate pair could not be stored. */
const line = (what: string, longest: number) =>
  z
    .string()
    .trim()
    .min(1, `The ${what} must not be empty.`)
    .max(longest, `The ${what} must be at most ${longest} characters long.`)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, `The ${what} must not contain control characters.`);

/** Numbers are compared without regard to case and stored as written. */
export const serialNumber = line('serial number', 60);
export const partNumber = line('part number', 60);
export const partName = line('part name', 255);
export const revisionNumber = line('revision number', 60);
export const versionTag = line('version tag', 60);
export const batchNumber = line('batch number', 100).regex(
  /^[A-Za-z0-9_.:+-]*$/,
  'The batch number may only have letters, digits and _ . : + -',
);

/** A number that is looked for: one that cannot exist is simply not found. */
export const soughtNumber = z.string().min(1);
