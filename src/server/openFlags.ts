import { constants } from 'node:fs';

/** A link could lead to any file of the user, so none is followed. Windows has no such flag, which counts as 0 there. */
export const readFlags = constants.O_RDONLY | constants.O_NOFOLLOW;
export const writeFlags = constants.O_WRONLY | constants.O_NOFOLLOW;
export const appendFlags = writeFlags | constants.O_APPEND | constants.O_CREAT;
