import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { type Role, roles } from '../../shared/contract/operation.ts';
import type { StoredKey } from '../keys.ts';
import type { Store, StoreTransaction } from './tables.ts';
import { firstUserId } from './users.ts';
import { isTextOfSmallTableIn, plannedOnce } from './words.ts';

export type KeyOwner =
  | { kind: 'user'; id: string; name: string; role: Role }
  | { kind: 'station'; id: string; name: string };

export interface FoundKey {
  id: string;
  hash: string;
  last_used_at: number | null;
  owner: KeyOwner;
}

export const keyRow = z.object({
  id: z.string(),
  hash: z.string(),
  last_used_at: z.number().nullable(),
  user_id: z.string().nullable(),
  user_name: z.string().nullable(),
  user_role: z.enum(roles).nullable(),
  station_id: z.string().nullable(),
  station_name: z.string().nullable(),
});

export function keyOf(row: z.infer<typeof keyRow> | undefined): FoundKey | null {
  if (!row) return null;
  const { id, last_used_at } = row;
  if (row.station_id !== null && row.station_name !== null) {
    return { id, hash: row.hash, last_used_at, owner: { kind: 'station', id: row.station_id, name: row.station_name } };
  }
  if (row.user_id !== null && row.user_name !== null && row.user_role !== null) {
    const owner: KeyOwner = { kind: 'user', id: row.user_id, name: row.user_name, role: row.user_role };
    return { id, hash: row.hash, last_used_at, owner };
  }
  return null;
}

const usePrecisionMs = 60_000;

/** Uses are stored up to once a minute, so that most requests need no write. */
export const isUseStored = ({ last_used_at }: FoundKey, now: number): boolean =>
  last_used_at !== null && now - last_used_at < usePrecisionMs;

const namedUserKeysLimit = 20;

export interface NewUserKey {
  revokeOthers: boolean;
  /** Revokes the earlier key of this name. Above the limit of named keys, those unused for longest are revoked too. */
  name: string | null;
}

/** Adds a key of the first user, to whom the data folder belongs. */
export async function addUserKey(
  change: StoreTransaction,
  key: StoredKey,
  { revokeOthers, name }: NewUserKey,
): Promise<void> {
  const user_id = await firstUserId(change);
  if (revokeOthers) await deleteUserKeys(change, user_id);
  if (name !== null) await makeRoomForNamedKey(change, name);
  await insertKey(change, key, { name, user_id, station_id: null });
}

export async function addPersonalKey(change: StoreTransaction, userId: string, key: StoredKey): Promise<void> {
  await insertKey(change, key, { name: null, user_id: userId, station_id: null });
}

export async function deleteUserKeys(change: StoreTransaction, userId: string): Promise<void> {
  await change.deleteFrom('api_keys').where('user_id', '=', userId).execute();
}

/** Gives the keys of a user new ids, so that everything ends that was opened with them (`KeyEnds`). The keys stay valid. */
export async function renewKeyIds(change: StoreTransaction, userId: string): Promise<void> {
  const keys = await change.selectFrom('api_keys').selectAll().where('user_id', '=', userId).execute();
  await deleteUserKeys(change, userId);
  for (const key of keys) {
    await change
      .insertInto('api_keys')
      .values({ ...key, id: randomUUID() })
      .execute();
  }
}

async function makeRoomForNamedKey(change: StoreTransaction, name: string): Promise<void> {
  await change.deleteFrom('api_keys').where('name', '=', name).execute();
  const named = await change
    .selectFrom('api_keys')
    .select(['id', 'created_at', 'last_used_at'])
    .where('name', 'is not', null)
    .execute();
  const lastUse = (key: (typeof named)[number]): number => key.last_used_at ?? key.created_at;
  const remaining = named.sort((a, b) => lastUse(b) - lastUse(a)).slice(0, namedUserKeysLimit - 1);
  const revoked = named.filter((key) => !remaining.includes(key)).map(({ id }) => id);
  if (revoked.length > 0) await change.deleteFrom('api_keys').where('id', 'in', revoked).execute();
}

export async function isKey(store: Store, id: string): Promise<boolean> {
  return (await store.selectFrom('api_keys').select('id').where('id', '=', id).executeTakeFirst()) !== undefined;
}

export async function keyIds(store: Store): Promise<Set<string>> {
  const rows = await store.selectFrom('api_keys').select('id').execute();
  return new Set(rows.map(({ id }) => id));
}

export async function stationKeyId(store: Store, station: string): Promise<string | null> {
  const row = await store.selectFrom('api_keys').select('id').where('station_id', '=', station).executeTakeFirst();
  return row?.id ?? null;
}

interface StationKeyRow {
  station_id: string;
  prefix: string;
  created_at: number;
  last_used_at: number | null;
}

export async function stationKeys(store: Store, stationIds: readonly string[]): Promise<Map<string, StationKeyRow>> {
  const rows = await store
    .selectFrom('api_keys')
    .where(isTextOfSmallTableIn('station_id', stationIds))
    .select(['station_id', 'prefix', 'created_at', 'last_used_at'])
    .modifyEnd(plannedOnce)
    .execute();
  return new Map(rows.flatMap(({ station_id, ...key }) => (station_id ? [[station_id, { station_id, ...key }]] : [])));
}

export async function hasUserKey(store: Store): Promise<boolean> {
  return (await store.selectFrom('api_keys').select('id').where('kind', '=', 'user').executeTakeFirst()) !== undefined;
}

export async function deleteStationKey(change: StoreTransaction, stationId: string): Promise<boolean> {
  const { numDeletedRows } = await change
    .deleteFrom('api_keys')
    .where('station_id', '=', stationId)
    .executeTakeFirstOrThrow();
  return numDeletedRows > 0n;
}

/** Returns when the new key was created, in milliseconds since 1970. */
export async function replaceStationKey(change: StoreTransaction, stationId: string, key: StoredKey): Promise<number> {
  await deleteStationKey(change, stationId);
  return insertKey(change, key, { name: null, user_id: null, station_id: stationId });
}

async function insertKey(
  change: StoreTransaction,
  { hash, prefix }: StoredKey,
  owner: { name: string | null; user_id: string; station_id: null } | { name: null; user_id: null; station_id: string },
): Promise<number> {
  const created_at = Date.now();
  await change
    .insertInto('api_keys')
    .values({
      id: randomUUID(),
      hash,
      prefix,
      kind: owner.user_id === null ? 'station' : 'user',
      ...owner,
      created_at,
      last_used_at: null,
    })
    .execute();
  return created_at;
}
