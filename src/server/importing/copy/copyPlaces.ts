import { findOrCreateBatch } from '../../store/batches.ts';
import type { Engine } from '../../store/engine.ts';
import { fold } from '../../store/fold.ts';
import { addLink } from '../../store/links.ts';
import { readMetadata } from '../../store/metadata.ts';
import { findPart, insertPart } from '../../store/parts.ts';
import { findProcedureCalled, insertProcedure } from '../../store/procedures.ts';
import { findRevision, insertRevision } from '../../store/revisions.ts';
import { insertStation, setGroup } from '../../store/stations.ts';
import type { StoreTransaction } from '../../store/tables.ts';
import { findUnit, insertUnit, isWithin, setParentUnit, updateUnit } from '../../store/units.ts';
import { attachmentsOfUnit, attachToUnit } from '../../store/uploads.ts';
import { firstUserId } from '../../store/users.ts';
import { type CopiedAttachment, importer, proceduresLike, type RunCopier } from './copyRun.ts';
import type { ExportedUnit } from './exportFormat.ts';

type Target = Pick<Engine, 'writer'>;

export class UnitCopyError extends Error {
  override readonly name = 'UnitCopyError';
}

interface Place {
  readonly id: string;
  readonly name: string;
}

/** Returns ids here by ids there. Procedures without identifiers and of the same name are taken in the order of their creation. */
export async function copyProcedures(
  { writer }: Target,
  procedures: readonly (Place & { identifier: string | null })[],
): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const { id, name, identifier } of procedures) {
    const found = await writer.write(async (change) => {
      const known = identifier === null ? undefined : await findProcedureCalled(change, identifier);
      if (known !== undefined) return known.id;
      const taken = new Set(ids.values());
      const like = (await proceduresLike(change, name, identifier)).find((each) => !taken.has(each.id));
      return like?.id ?? insertProcedure(change, { name, identifier, userId: await firstUserId(change) });
    });
    ids.set(id, found);
  }
  return ids;
}

/** Returns ids here by ids there. Stations of the same name are taken in the order of their creation, and stay as they are. */
export async function copyStations(
  { writer }: Target,
  stations: readonly (Place & { group_path: string | null; metadata: object; procedures: readonly string[] })[],
  procedures: ReadonlyMap<string, string>,
): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const station of stations) {
    const found = await writer.write(async (change) => {
      const taken = new Set(ids.values());
      const named = await change
        .selectFrom('stations')
        .select('id')
        .where('name_key', '=', fold(station.name))
        .where('archived_at', 'is', null)
        .orderBy('created_at')
        .orderBy('id')
        .execute();
      const like = named.find((each) => !taken.has(each.id));
      const id = like?.id ?? (await insertStation(change, station.name, JSON.stringify(station.metadata)));
      if (like === undefined && station.group_path !== null) await setGroup(change, [id], station.group_path);
      for (const procedure of station.procedures) {
        const linked = procedures.get(procedure);
        if (linked !== undefined) await addLink(change, id, linked);
      }
      return id;
    });
    ids.set(station.id, found);
  }
  return ids;
}

/** What was set here stays. @param isParentPass whether all units exist, so that their places in others can be set */
export async function copyUnit(
  { writer }: Target,
  copier: RunCopier,
  unit: ExportedUnit,
  attachments: readonly CopiedAttachment[],
  isParentPass: boolean,
): Promise<void> {
  if (isParentPass) {
    if (unit.parent !== null) await writer.write((change) => setParent(change, unit, unit.parent ?? ''));
    return;
  }
  const missing = await writer.write(async (change) => {
    const known = await findUnit(change, unit.serial_number);
    if (known === null) await createUnit(change, unit);
    else {
      const metadata = { ...unit.metadata, ...readMetadata(known.metadata_json) };
      const sample = known.sample ?? unit.sample;
      await updateUnit(change, known.id, { sample, metadata_json: JSON.stringify(metadata) });
    }
    const present = known === null ? [] : await attachmentsOfUnit(change, known.id);
    const isPresent = (each: CopiedAttachment): boolean =>
      present.some(({ name, size }) => name === each.name && size === each.size);
    return attachments.filter((each) => !isPresent(each));
  });
  for (const attachment of missing) {
    const id = await copier.receive(attachment);
    await writer.write(async (change) => {
      const { id: unitId } = await existing(change, unit.serial_number);
      await attachToUnit(change, id, unitId);
    });
  }
}

async function existing(change: StoreTransaction, serialNumber: string) {
  const unit = await findUnit(change, serialNumber);
  if (unit !== null) return unit;
  throw new UnitCopyError(`There is no unit "${serialNumber}".`);
}

async function createUnit(change: StoreTransaction, unit: ExportedUnit): Promise<void> {
  const by = await importer(change);
  const part = await findPart(change, unit.part_number);
  const partId = part?.id ?? (await insertPart(change, { number: unit.part_number, name: unit.part_name }, by));
  const revision = await findRevision(change, partId, unit.revision_number);
  const batch = unit.batch_number;
  await insertUnit(
    change,
    {
      serial_number: unit.serial_number,
      revision_id: revision?.id ?? (await insertRevision(change, { partId, number: unit.revision_number }, by)),
      batch_id: batch === null ? null : await findOrCreateBatch(change, batch, by),
      sample: unit.sample,
      metadata_json: JSON.stringify(unit.metadata),
    },
    by,
  );
}

async function setParent(change: StoreTransaction, { serial_number }: ExportedUnit, parent: string): Promise<void> {
  const [unit, above] = [await existing(change, serial_number), await existing(change, parent)];
  if (unit.parent_id === above.id) return;
  if (await isWithin(change, above.id, unit.id)) {
    throw new UnitCopyError(
      `Unit "${serial_number}" cannot be built into "${parent}": that is itself or is built into it.`,
    );
  }
  await setParentUnit(change, above.id, [unit.id]);
}
