import * as z from 'zod';
import type { Metadata } from '../../shared/contract/metadata.ts';
import type { NewRun } from '../../shared/run/newRun.ts';
import type { FoundKey, KeyOwner } from './keys.ts';
import type { ProcedureSummary } from './procedures.ts';
import type { MarkedRun, PushMarks } from './runs.ts';
import type { WaitingTrial } from './studies.ts';
import type { Creator, StoreTransaction } from './tables.ts';

type MaybeLater<T> = T | Promise<T>;

export interface Push {
  readonly run: NewRun;
  readonly caller: KeyOwner;
  readonly marks: PushMarks;
}

const placeOfUnit = z.object({ revision_id: z.string(), batch_id: z.string().nullable() });
export type PlaceOfUnit = z.infer<typeof placeOfUnit>;

export const knownUnitRow = placeOfUnit.extend({ id: z.string() });
export type KnownUnit = z.infer<typeof knownUnitRow>;

export interface FoundByPush {
  /** It has the UUID or the identifier, such as `FVT1`, that the run names, without regard to case. */
  readonly procedure: ProcedureSummary | null;
  readonly isLinked: boolean;
  /** The runs of earlier pushes with the same marks. */
  readonly byPushKey: MarkedRun | null;
  readonly byRefKey: MarkedRun | null;
  readonly hasSlotRun: boolean;
  readonly unit: KnownUnit | null;
  /** If the run names no revision, it is the unit's if that is of this part, otherwise the part's oldest. */
  readonly revisionId: string | null;
  readonly batchId: string | null;
  readonly versionId: string | null;
  readonly operatorId: string | null;
  /** The trial that waits for this run: the next one of an active study. */
  readonly trial: WaitingTrial | null;
}

export interface RunReferences {
  readonly id: string;
  readonly procedureId: string;
  readonly versionId: string | null;
  readonly unit: KnownUnit & { readonly state: 'new' | 'moved' | 'unchanged' };
  readonly subUnitIds: readonly string[];
  readonly operatorId: string | null;
  readonly metadata: Metadata;
  readonly by: Creator;
}

export interface PushTransaction {
  /** Rises with each change that was made, also of a push that is not in the database yet. */
  readonly changeCount: number;
  find(push: Push): MaybeLater<FoundByPush>;
  insertRun(push: Push, references: RunReferences): MaybeLater<void>;
  /** Returns the transaction for everything else, until the next push. It has all runs that were inserted. */
  change(): MaybeLater<StoreTransaction>;
}

/**
 * What every request or every push does with the database. Each engine does it in its fastest way. SQLite runs prepared
 * statements one after the other without waiting for promises, because one promise for each statement takes a tenth of the
 * time of a push. PostgreSQL does all pushes of a transaction together, because each of its answers is waited for.
 */
export interface Pushes {
  findKey(hash: string): MaybeLater<FoundKey | null>;
  /** Stores that a key was used; does nothing if another request would be undone with it. */
  saveKeyUse(key: FoundKey, now: number): MaybeLater<void>;
  /** @param expected the pushes of the transaction in their order; others can be made in it, too */
  begin(change: StoreTransaction, expected: readonly Push[]): PushTransaction;
  /** Stores what waits. No request may be left. */
  stop(): MaybeLater<void>;
}
