/** Returns the form in which names, identifiers and numbers are compared without regard to case. */
export const fold = (text: string): string => text.normalize('NFC').toLowerCase();

/** Returns a LIKE pattern (escape character `\`) for folded texts that contain `part`. */
export const containing = (part: string): string => `%${fold(part).replace(/[\\%_]/g, '\\$&')}%`;

export const beginningWith = (part: string): string => containing(part).slice(1);
