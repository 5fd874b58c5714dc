import { units } from '../../../shared/contract/units.ts';
import { type Caller, creatorOf } from '../../http/authentication.ts';
import { badRequest, conflict } from '../../http/refusalError.ts';
import type { RouteServices } from '../../routeServices.ts';
import { findOrCreateBatch } from '../../store/batches.ts';
import { changedMetadata } from '../../store/metadata.ts';
import { revisionsOf } from '../../store/revisions.ts';
import type { Store, StoreTransaction } from '../../store/tables.ts';
import {
  deleteUnit,
  findUnit,
  insertUnit,
  isWithin,
  partOfUnit,
  setParentUnit,
  type UnitRow,
  updateUnit,
} from '../../store/units.ts';
import { attachToUnit, uploadsWithUnit } from '../../store/uploads.ts';
import { ownUpload } from '../../uploadRules.ts';
import { existingPart, existingRevision, existingUnit } from '../existing.ts';
import { changeableUnit, requireOwnUnit } from './unitRules.ts';

export function unitRoutes({ mount, mountChange, writer, files }: RouteServices): void {
  mountChange(units.create, async (change, { body, caller }) => {
    const { revision } = await existingRevision(change, body.part_number, body.revision_number);
    await checkSerialNumber(change, body.serial_number, null);
    const unit = {
      serial_number: body.serial_number,
      revision_id: revision.id,
      batch_id: null,
      sample: body.sample ?? null,
      metadata_json: JSON.stringify(body.metadata ?? {}),
    };
    return { id: await insertUnit(change, unit, creatorOf(caller)) };
  });

  mountChange(units.update, async (change, { params, body, caller }) => {
    const unit = await changeableUnit(change, params.serial_number, caller);
    const { new_serial_number, part_number, revision_number } = body;
    const identity = [new_serial_number, part_number, revision_number, body.sample];
    if (identity.some((value) => value !== undefined)) await requireOwnUnit(change, unit, caller);
    const { new_serial_number: serial_number = unit.serial_number, batch_number: batch, sample, metadata } = body;
    await checkSerialNumber(change, serial_number, unit.id);
    await updateUnit(change, unit.id, {
      serial_number,
      revision_id: await newRevision(change, unit, body),
      ...(batch === undefined
        ? {}
        : { batch_id: batch && (await findOrCreateBatch(change, batch, creatorOf(caller))) }),
      ...(sample === undefined ? {} : { sample }),
      ...(metadata === undefined ? {} : { metadata_json: changedMetadata(unit.metadata_json, metadata) }),
    });
    for (const id of body.attachments ?? []) {
      await attachToUnit(change, await freeUpload(change, id, unit, caller), unit.id);
    }
    return { id: unit.id };
  });

  mount(units.delete, async ({ query }) => {
    const { ids, uploads } = await writer.write(async (change) => {
      const ids = new Set<string>();
      const uploads: string[] = [];
      for (const serialNumber of query.serial_numbers) ids.add((await existingUnit(change, serialNumber)).id);
      for (const id of ids) {
        uploads.push(...(await uploadsWithUnit(change, id)));
        await deleteUnit(change, id);
      }
      return { ids: [...ids], uploads };
    });
    await files.remove(uploads);
    return { id: ids };
  });

  mountChange(units.addChild, async (change, { params, body, caller }) => {
    const parent = await changeableUnit(change, params.serial_number, caller);
    const child = await existingUnit(change, body.child_serial_number);
    if (await isWithin(change, parent.id, child.id)) {
      throw badRequest(
        `Unit "${child.serial_number}" cannot be a sub-unit of "${parent.serial_number}": that is itself or is built into it.`,
      );
    }
    await setParentUnit(change, parent.id, [child.id]);
    return { id: child.id };
  });

  mountChange(units.removeChild, async (change, { params, query, caller }) => {
    const parent = await changeableUnit(change, params.serial_number, caller);
    const child = await existingUnit(change, query.child_serial_number);
    if (child.parent_id !== parent.id) {
      throw badRequest(`Unit "${child.serial_number}" is not a child of "${parent.serial_number}".`);
    }
    await setParentUnit(change, null, [child.id]);
    return { id: child.id };
  });
}

async function checkSerialNumber(store: Store, serialNumber: string, ownId: string | null): Promise<void> {
  const other = await findUnit(store, serialNumber);
  if (!other || other.id === ownId) return;
  throw conflict(`A unit with the serial number "${other.serial_number}" already exists.`);
}

/** A request with a part and no revision means the part's first one, unless the unit is of that part already. */
async function newRevision(
  change: StoreTransaction,
  unit: UnitRow,
  { part_number, revision_number }: { part_number?: string | undefined; revision_number?: string | undefined },
): Promise<string> {
  if (part_number === undefined && revision_number === undefined) return unit.revision_id;
  const part = part_number === undefined ? await partOfUnit(change, unit) : await existingPart(change, part_number);
  if (revision_number !== undefined) return (await existingRevision(change, part.number, revision_number)).revision.id;
  const revisions = await revisionsOf(change, [part.id]);
  return revisions.find(({ id }) => id === unit.revision_id)?.id ?? revisions[0]?.id ?? unit.revision_id;
}

async function freeUpload(change: StoreTransaction, id: string, unit: UnitRow, caller: Caller): Promise<string> {
  const upload = await ownUpload(change, id, caller);
  if (upload.run_id === null && (upload.unit_id === null || upload.unit_id === unit.id)) return id;
  throw conflict(`The file "${upload.name}" is attached to something else already. Upload it again for this unit.`);
}
