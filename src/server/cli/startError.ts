import type { serverExit } from '../../shared/contract/local.ts';

type ExitCode = (typeof serverExit)[keyof typeof serverExit] | 1;

/** The server cannot start. The message is printed as one line on stderr: what, where, and what to do. */
export class StartError extends Error {
  override readonly name = 'StartFailure';
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.exitCode = exitCode;
  }
}

/** Returns the `code` of a system error, such as `EADDRINUSE`, or null. */
export function systemCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}
