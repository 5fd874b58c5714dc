import type { serverExit } from '../../shared/contract/local.ts';

type ExitCode = (typeof serverExit)[keyof typeof serverExit] | 1;

/** The message is printed as one line on stderr: what happened, where, and what to do. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.exitCode = exitCode;
  }
}

export function systemCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}
