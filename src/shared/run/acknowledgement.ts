import * as z from 'zod';
import type { PendingUploadEntry } from '../contract/pendingUpload.ts';
import type { RunListItem } from '../contract/runs.ts';

/** The runner has the same rule for pushes that a script makes itself: `acknowledgement.py`. */
export interface PushedResult extends Pick<PendingUploadEntry, 'serial_number' | 'outcome' | 'place'> {
  /** The procedure's uuid; null where the body names it by its identifier, which runs do not have. */
  readonly procedureId: string | null;
}

const named = z.object({ procedure_id: z.uuid() });
const body = z.union([named, z.object({ metadata: named }).transform(({ metadata }) => metadata)]);

/** Returns the uuid of the procedure in the body of a push or in an OpenHTF report; null: it is not named by a uuid. */
export const procedureIn = (json: unknown): string | null => body.safeParse(json).data?.procedure_id ?? null;

/**
 * Whether a run on a server is that of a result that was sent before without an answer: of the same unit, procedure and
 * station, and no PASS in place of a result that did not pass. The caller has looked for it by its start.
 */
export function isRunOf(result: PushedResult, run: RunListItem): boolean {
  return (
    // Servers store a serial number as it was first written, and find it in any case of its letters.
    run.unit.serial_number.toLowerCase() === result.serial_number?.toLowerCase() &&
    (result.procedureId === null || run.procedure.id === result.procedureId) &&
    run.created_by_station?.id === result.place.station.id &&
    (run.outcome !== 'PASS' || result.outcome === 'PASS')
  );
}
