import { createHash } from 'node:crypto';
import type { Operation } from '../shared/contract/operation.ts';
import { slotNumber } from '../shared/contract/operator.ts';
import { slotHeader, startedByHeader } from '../shared/contract/startedBy.ts';
import type { Call } from './http/mount.ts';
import { badRequest, conflict } from './http/refusalError.ts';
import { fold } from './store/fold.ts';
import type { FoundByPush, Push } from './store/pushes.ts';
import type { MarkedRun, PushMarks } from './store/runs.ts';

import '../shared/contract/exactJson.ts';

const idempotencyHeader = 'Idempotency-Key';

export const noMarks: PushMarks = { pushKey: null, refKey: null, hash: null, isByAssistant: false, slot: null };

/**
 * @param content what makes the result, without what may differ between two tries of one push
 * @throws RefusalError (400) if the header is empty or longer than 200 characters
 */
export function marksOf(
  { caller, header }: Pick<Call<Operation>, 'caller' | 'header'>,
  ref: string | null | undefined,
  content: unknown,
): PushMarks {
  const key = header(idempotencyHeader);
  if (key !== undefined && (key === '' || key.length > 200)) {
    throw badRequest(`The header ${idempotencyHeader} must have 1 to 200 characters.`);
  }
  const isByAssistant = header(startedByHeader) === 'assistant';
  const slot = slotNumber.safeParse(Number(header(slotHeader))).data ?? null;
  if (key === undefined && ref == null) return { ...noMarks, isByAssistant, slot };
  const scoped = (mark: string): string => `${caller.kind} ${caller.id} ${mark}`;
  return {
    pushKey: key === undefined ? null : scoped(key),
    refKey: ref == null ? null : scoped(ref),
    hash: hashOf(content),
    isByAssistant,
    slot,
  };
}

/** Returns a hash that is the same for the same content in another order of keys. */
export const hashOf = (content: unknown): string =>
  createHash('sha256').update(JSON.stringify(content, sorted)).digest('hex');

function sorted(_key: string, value: unknown): unknown {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject || JSON.isRawJSON(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Returns the run that an earlier push with one of the marks created. @throws RefusalError (409) */
export function earlierRun({ byPushKey, byRefKey }: FoundByPush, push: Push, procedureId: string): string | null {
  for (const [earlier, what] of [
    [byPushKey, idempotencyHeader],
    [byRefKey, 'client_run_ref'],
  ] as const) {
    if (earlier === null) continue;
    if (isSame(earlier, push, procedureId)) return earlier.id;
    throw conflict(
      `The ${what} of this push was used before, for run ${earlier.id} with other content. Nothing was stored. ` +
        `Give each result a ${what} of its own, then push it again.`,
    );
  }
  return null;
}

/** A run of an older server has no hash. Its content and unit must then be the same. */
const isSame = (earlier: MarkedRun, { run, marks }: Push, procedureId: string): boolean =>
  earlier.push_hash === null
    ? earlier.procedure_id === procedureId &&
      earlier.serial_key === fold(run.serialNumber) &&
      earlier.outcome === run.outcome
    : earlier.push_hash === marks.hash;
