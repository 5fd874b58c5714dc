import { ImportError } from '../importedRecord.ts';
import type { LotSummary } from './stdfLot.ts';

interface NamesOfPart {
  readonly lot: string;
  readonly sublot: string;
  readonly wafer: string;
  readonly x: number | null;
  readonly y: number | null;
  readonly part_id: string;
}

/** Returns whether the PART_IDs of a lot only count its parts: numbers such as 1, 2, 3 begin again in the next lot. */
export const isCounter = ({ partIds, parts }: LotSummary): boolean =>
  partIds.size > 0 && [...partIds].every((id) => /^\d+$/.test(id) && Number(id) <= parts);

/**
 * Returns the serial number of a part by a template such as `{lot}-{part_id}`. Without one, it is where the part is on its
 * wafer, or the PART_ID of a part on none.
 * @throws ImportError if a name that the serial number needs is missing, or if only the user can say what it is
 */
export function serialNumberOf(names: NamesOfPart, template: string | null, isPartIdCounter: boolean): string {
  const isOnWafer = names.wafer !== '' && names.x !== null && names.y !== null;
  if (template === null && !isOnWafer && isPartIdCounter) {
    throw new ImportError(
      'The PART_IDs of the lot only count its parts, and would be the same units in the next lot. Say what the serial ' +
        'number is: --serial-number "{lot}-{part_id}", or "{part_id}" if they are serial numbers.',
    );
  }
  const used = template ?? (isOnWafer ? '{lot}-{wafer}-{x}-{y}' : '{part_id}');
  const values = new Map<string, string | number | null>(Object.entries(names));
  return used.replace(/\{([^}]*)\}/g, (_, key: string) => {
    const value = values.get(key) ?? '';
    if (value === '') throw new ImportError(`The part has no ${key} for its serial number "${used}".`);
    return String(value);
  });
}
