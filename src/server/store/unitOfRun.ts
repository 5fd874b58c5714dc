import * as z from 'zod';
import type { NewRun } from '../../shared/run/newRun.ts';
import { findOrCreateBatch } from './batches.ts';
import { fold } from './fold.ts';
import { timedId } from './ids.ts';
import { findPart, insertPart } from './parts.ts';
import { defaultRevisionNumber, insertRevision } from './revisions.ts';
import type { Statements, WriteContext } from './sqlite/statements.ts';
import type { Creator, StoreTransaction } from './tables.ts';

interface UnitOfRun {
  id: string;
  revision_id: string;
  batch_id: string | null;
}

const knownUnitRow = z.object({
  id: z.string(),
  serial_number: z.string(),
  revision_id: z.string(),
  batch_id: z.string().nullable(),
});
type KnownUnit = z.infer<typeof knownUnitRow>;

export const findUnitSync = (sql: Statements, serialNumber: string): KnownUnit | undefined =>
  sql.first(
    knownUnitRow,
    'select id, serial_number, revision_id, batch_id from units where serial_key = ?',
    fold(serialNumber),
  );

/**
 * Finds the run's unit, or creates it, with part, revision and batch. A known unit moves to the part that the run
 * names.
 * @param runId the id of the run, which need not be stored yet
 */
export async function findOrCreateUnit(
  context: WriteContext,
  run: NewRun,
  runId: string,
  by: Creator,
): Promise<UnitOfRun> {
  const { change, sql } = context;
  const unit = findUnitSync(sql, run.serialNumber);
  const revision_id = knownRevision(sql, run, unit) ?? (await newRevision(change, run, by));
  const batch_id = run.batch === null ? (unit?.batch_id ?? null) : await findOrCreateBatch(context, run.batch, by);
  if (!unit) return { id: insertUnitOfRun(sql, run, { revision_id, batch_id }, runId, by), revision_id, batch_id };
  if (revision_id !== unit.revision_id || batch_id !== unit.batch_id) {
    sql.run('update units set revision_id = ?, batch_id = ? where id = ?', revision_id, batch_id, unit.id);
  }
  return { id: unit.id, revision_id, batch_id };
}

function insertUnitOfRun(
  sql: Statements,
  { serialNumber }: NewRun,
  { revision_id, batch_id }: Omit<UnitOfRun, 'id'>,
  runId: string,
  by: Creator,
): string {
  const id = timedId();
  sql.run(
    `insert into units (id, serial_number, serial_key, revision_id, batch_id, created_at, created_during_id,
       created_by_user_id, created_by_station_id) values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    id,
    serialNumber,
    fold(serialNumber),
    revision_id,
    batch_id,
    Date.now(),
    runId,
    by.created_by_user_id,
    by.created_by_station_id,
  );
  return id;
}

/**
 * Returns the revision that the run names. If it names none, it is the unit's if that is of this part, otherwise the
 * part's oldest.
 */
function knownRevision(sql: Statements, run: NewRun, unit: KnownUnit | undefined): string | null {
  const ofPart = `select rev.id from parts as p join revisions as rev on rev.part_id = p.id where p.number_key = ?`;
  const part = fold(run.partNumber);
  if (run.revision !== null) return sql.id(`${ofPart} and rev.number_key = ?`, part, fold(run.revision));
  return sql.id(
    `${ofPart} order by rev.id is not ?, rev.created_at, rev.rowid limit 1`,
    part,
    unit?.revision_id ?? null,
  );
}

async function newRevision(
  change: StoreTransaction,
  { partNumber, partName, revision }: NewRun,
  by: Creator,
): Promise<string> {
  const part = await findPart(change, partNumber);
  const partId = part?.id ?? (await insertPart(change, { number: partNumber, name: partName ?? partNumber }, by));
  return insertRevision(change, { partId, number: revision ?? defaultRevisionNumber }, by);
}
