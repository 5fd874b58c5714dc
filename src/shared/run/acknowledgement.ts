import * as z from 'zod';
import type { PendingUploadEntry } from '../contract/pendingUpload.ts';
import type { RunListItem } from '../contract/runs.ts';

/** A result to find on a server. `acknowledgement.py` of the runner has the same rule for pushes of the script. */
export interface PushedResult extends Pick<PendingUploadEntry, 'serial_number' | 'outcome' | 'place'> {
  readonly procedureId: string | null;
}

const named = z.object({ procedure_id: z.uuid() });
const body = z.union([named, z.object({ metadata: named }).transform(({ metadata }) => metadata)]);

export const procedureIn = (json: unknown): string | null => body.safeParse(json).data?.procedure_id ?? null;

/**
 * Returns whether a run on a server is that of a result that was sent without an answer: the same unit, procedure and
 * station, and no PASS for a result that did not pass. The caller has searched by the start of the run.
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
