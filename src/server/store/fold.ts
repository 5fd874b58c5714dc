/** The form in which names, identifiers and numbers are compared: letters' case does not matter. */
export const fold = (text: string): string => text.normalize('NFC').toLowerCase();

/** A LIKE pattern (escape character `\`) for texts, stored folded, that contain `part`. */
export const containing = (part: string): string => `%${fold(part).replace(/[\\%_]/g, '\\$&')}%`;

/** A LIKE pattern (escape character `\`) for texts, stored folded, that begin with `part`. */
export const beginningWith = (part: string): string => containing(part).slice(1);
