import { spawnSync } from 'node:child_process';
import { root } from './paths.mjs';

/** A failure that a person can act on. The message says what failed, why, and what to do. */
export class ScriptError extends Error {
  /**
   * @param {string} message
   * @param {string} [logFile]
   */
  constructor(message, logFile) {
    super(message);
    this.logFile = logFile;
  }
}

/**
 * Runs the main function of a script. A `ScriptError` is printed and exits with 1.
 * @param {() => number | undefined | Promise<number | undefined>} main returns the exit code
 */
export async function runMain(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    process.stderr.write(`\n✖ ${error.message}\n${error.logFile ? `  Details: ${error.logFile}\n` : ''}`);
    // Other steps may be running. Their programs end with this process.
    process.exit(1);
  }
}

/** Runs a program of Node in the checkout. @throws {ScriptError} if it fails */
export function runNode(args, title) {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new ScriptError(`${title} failed, see above.`);
}
