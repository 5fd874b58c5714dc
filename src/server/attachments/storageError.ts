import { systemCode } from '../cli/commandError.ts';

const code = 'ESTORAGE';

/**
 * An object storage that cannot be reached, or refuses a request. Recognized by its code: the bundle of the object storage has a
 * class of its own.
 */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly code = code;

  /** @param message says what failed and why, without keys and names of files */
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
  }
}

export const isStorageError = (error: unknown): boolean => systemCode(error) === code;
