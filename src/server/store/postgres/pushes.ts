import { isUseStored, keyOf, keyRow } from '../keys.ts';
import type { Pushes } from '../pushes.ts';
import type { Store } from '../tables.ts';
import { prepared } from './prepared.ts';
import { PushGroup } from './pushGroup.ts';

const findKey = prepared(
  'find_key',
  `select k.id, k.hash, k.last_used_at, u.id as user_id, u.name as user_name, u.role as user_role,
     s.id as station_id, s.name as station_name
   from api_keys as k left join users as u on u.id = k.user_id left join stations as s on s.id = k.station_id
   where k.hash = $1`,
);

export const postgresPushes = (pool: Store, changeCount: () => number): Pushes => ({
  async findKey(hash) {
    const { rows } = await pool.executeQuery(findKey(hash));
    return rows[0] === undefined ? null : keyOf(keyRow.parse(rows[0]));
  },

  async saveKeyUse(key, now) {
    if (isUseStored(key, now)) return;
    await pool.updateTable('api_keys').set({ last_used_at: now }).where('id', '=', key.id).execute();
  },

  begin: (change, expected) => new PushGroup(change, expected, changeCount),
});
