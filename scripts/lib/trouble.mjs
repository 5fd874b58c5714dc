/** A failure that a person can act on: one sentence that says what, why, and what to do. */
export class Trouble extends Error {
  /**
   * @param {string} sentence
   * @param {string} [log] file with the details
   */
  constructor(sentence, log) {
    super(sentence);
    this.log = log;
  }
}

/**
 * Runs the main function of a script; trouble becomes a sentence and exit code 1.
 * @param {() => Promise<number | undefined>} main gives the exit code
 */
export async function runMain(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    process.stderr.write(`\n✖ ${error.message}\n${error.log ? `  Details: ${error.log}\n` : ''}`);
    // Other steps may be under way; their programs end with this one.
    process.exit(1);
  }
}
