import { resolve } from 'node:path';

/** Keeps the compiled files of the Python runner, as the extension does: to compile it takes as long as to load OpenHTF. */
export const bytecodeFolder = resolve(import.meta.dirname, '../../build/bytecode');
