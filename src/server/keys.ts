import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { KeyKind } from '../shared/contract/operation.ts';

export interface StoredKey {
  hash: string;
  prefix: string;
}

export const hashKey = (key: string): string => hash('sha256', key);

/** Returns whether a key or token has this hash. The time that it takes says nothing about them. */
export const hasHash = (token: string, expected: string): boolean =>
  timingSafeEqual(Buffer.from(hashKey(token)), Buffer.from(expected));

export const bearerIn = (authorization = ''): string => /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? '';

export const createToken = (): string => randomBytes(32).toString('base64url');

export function createKey(kind: KeyKind): StoredKey & { key: string } {
  const key = (kind === 'user' ? 'tsu_' : 'tss_') + createToken();
  return { key, hash: hashKey(key), prefix: key.slice(0, 8) };
}

/** A key that a person chose may be short, so less of it is shown. */
export const storeChosenKey = (key: string): StoredKey => ({ hash: hashKey(key), prefix: key.slice(0, 3) });
