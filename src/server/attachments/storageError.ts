import { systemCode } from '../cli/commandError.ts';

const code = 'ESTORAGE';

/** A failure of the object storage. Recognized by its code, because its bundle has a class of its own. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly code = code;

  /** @param message says what failed and why, without keys and names of files */
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
  }
}

export const isStorageError = (error: unknown): boolean => systemCode(error) === code;
