import { hash, randomBytes } from 'node:crypto';
import type { KeyKind } from '../shared/contract/operation.ts';

/** A bearer key as it is stored, without the key itself. */
export interface StoredKey {
  hash: string;
  /** The beginning of the key, which is shown. */
  prefix: string;
}

export const hashKey = (key: string): string => hash('sha256', key);

/** Generates a key of 32 random bytes. Its prefix tells its kind. */
export function createKey(kind: KeyKind): StoredKey & { key: string } {
  const key = (kind === 'user' ? 'tsu_' : 'tss_') + randomBytes(32).toString('base64url');
  return { key, hash: hashKey(key), prefix: key.slice(0, 8) };
}

/** A key that a person chose may be short, so less of it is shown. */
export const storeChosenKey = (key: string): StoredKey => ({ hash: hashKey(key), prefix: key.slice(0, 3) });
