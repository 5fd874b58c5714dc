import type { Caller } from '../../http/authentication.ts';
import { forbidden } from '../../http/refusalError.ts';
import { involvementIn } from '../../store/readers.ts';
import type { StoreTransaction } from '../../store/tables.ts';
import type { UnitRow } from '../../store/units.ts';
import { existingUnit } from '../existing.ts';

/**
 * For a change that leaves the unit what it is, such as an attachment.
 * @throws RefusalError (403) if a station asks that neither created nor tested the unit, 404 if there is no such unit
 */
export async function changeableUnit(change: StoreTransaction, serialNumber: string, caller: Caller): Promise<UnitRow> {
  const unit = await existingUnit(change, serialNumber);
  if (caller.kind === 'user') return unit;
  const { created, tested } = await involvementIn(change, unit.id, caller.id);
  if (created || tested) return unit;
  throw forbidden(
    `Station "${caller.name}" is not authorized to change unit "${unit.serial_number}": it neither created nor tested it.`,
  );
}

/**
 * Checks a change by which runs of the unit are found or counted otherwise: serial number, part, revision, sample.
 * @throws RefusalError (403) when a station asks that did not create the unit, or is not the only one that tested it
 */
export async function requireOwnUnit(change: StoreTransaction, unit: UnitRow, caller: Caller): Promise<void> {
  if (caller.kind === 'user') return;
  const { created, testedByOthers } = await involvementIn(change, unit.id, caller.id);
  if (created && !testedByOthers) return;
  throw forbidden(
    `Station "${caller.name}" is not authorized to change the serial number, part, revision or sample of unit ` +
      `"${unit.serial_number}": it did not create it, or others have tested it too. Use a user key.`,
  );
}
