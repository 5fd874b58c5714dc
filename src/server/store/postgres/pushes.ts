import { sql } from 'kysely';
import { fold } from '../fold.ts';
import { isUseStored, keyOf, keyRow } from '../keys.ts';
import type { Pushes } from '../pushes.ts';
import type { Store } from '../tables.ts';
import { insertRun } from './insertRun.ts';

export const postgresPushes = (pool: Store): Pushes => ({
  async findKey(hash) {
    const { rows } = await sql`
      select k.id, k.hash, k.last_used_at, u.id as user_id, u.name as user_name, u.role as user_role,
        s.id as station_id, s.name as station_name
      from api_keys as k left join users as u on u.id = k.user_id left join stations as s on s.id = k.station_id
      where k.hash = ${hash}`.execute(pool);
    return rows[0] === undefined ? null : keyOf(keyRow.parse(rows[0]));
  },

  async saveKeyUse(key, now) {
    if (isUseStored(key, now)) return;
    await pool.updateTable('api_keys').set({ last_used_at: now }).where('id', '=', key.id).execute();
  },

  findProcedure: (store, idOrIdentifier) =>
    store
      .selectFrom('procedures')
      .select(['id', 'name', 'identifier'])
      .where((where) =>
        where.or([where('id', '=', idOrIdentifier.toLowerCase()), where('identifier_key', '=', fold(idOrIdentifier))]),
      )
      .orderBy(sql`id = ${idOrIdentifier.toLowerCase()}`, 'desc')
      .executeTakeFirst(),

  async isLinked(store, stationId, procedureId) {
    const link = await store
      .selectFrom('station_procedures')
      .select('linked_at')
      .where('station_id', '=', stationId)
      .where('procedure_id', '=', procedureId)
      .executeTakeFirst();
    return link !== undefined;
  },

  findRunByMark: (store, column, mark) =>
    store
      .selectFrom('runs as r')
      .innerJoin('units as u', 'u.id', 'r.unit_id')
      .select(['r.id', 'r.push_hash', 'r.procedure_id', 'r.outcome', 'u.serial_key'])
      .where(`r.${column}`, '=', mark)
      .executeTakeFirst(),

  async hasSlotRun(store, executionId, slotKey) {
    const run = await store
      .selectFrom('runs')
      .select('key')
      .where('execution_id', '=', executionId)
      .where('slot_key', '=', slotKey)
      .limit(1)
      .executeTakeFirst();
    return run !== undefined;
  },

  findUnit: (store, serialNumber) =>
    store
      .selectFrom('units')
      .select(['id', 'serial_number', 'revision_id', 'batch_id'])
      .where('serial_key', '=', fold(serialNumber))
      .executeTakeFirst(),

  async findRevision(store, run, unit) {
    const ofPart = store
      .selectFrom('parts as p')
      .innerJoin('revisions as rev', 'rev.part_id', 'p.id')
      .select('rev.id')
      .where('p.number_key', '=', fold(run.partNumber));
    const found =
      run.revision === null
        ? ofPart
            .orderBy(sql`rev.id is distinct from ${unit?.revision_id ?? null}`)
            .orderBy('rev.created_at')
            .orderBy(sql`rev.rowid`)
            .limit(1)
        : ofPart.where('rev.number_key', '=', fold(run.revision));
    return (await found.executeTakeFirst())?.id ?? null;
  },

  async findBatch(store, number) {
    const batch = store.selectFrom('batches').select('id').where('number_key', '=', fold(number));
    return (await batch.executeTakeFirst())?.id ?? null;
  },

  async findVersion(store, procedureId, tag) {
    const version = store
      .selectFrom('procedure_versions')
      .select('id')
      .where('procedure_id', '=', procedureId)
      .where('tag_key', '=', fold(tag));
    return (await version.executeTakeFirst())?.id ?? null;
  },

  async insertUnit(change, { id, serialNumber, revision_id, batch_id, runId, by }) {
    await change
      .insertInto('units')
      .values({
        id,
        serial_number: serialNumber,
        serial_key: fold(serialNumber),
        revision_id,
        batch_id,
        parent_id: null,
        created_at: Date.now(),
        created_during_id: runId,
        ...by,
      })
      .execute();
  },

  async moveUnit(change, id, place) {
    await change.updateTable('units').set(place).where('id', '=', id).execute();
  },

  insertRun,

  async findWaitingTrial(store, { procedureId, startedAt, stationId, serialNumber }) {
    return store
      .selectFrom('studies as s')
      .innerJoin('study_trials as t', 't.study_id', 's.id')
      .select(['t.study_id', 't.position'])
      .where('s.procedure_id', '=', procedureId)
      .where('s.active_since', '<=', startedAt)
      .where('t.station_id', '=', stationId)
      .where('t.serial_key', '=', fold(serialNumber))
      .where('t.position', '=', (open) =>
        open
          .selectFrom('study_trials as other')
          .select(({ fn }) => fn.min('other.position').as('position'))
          .whereRef('other.study_id', '=', 's.id')
          .where('other.run_key', 'is', null),
      )
      .executeTakeFirst();
  },
});
