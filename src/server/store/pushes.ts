import * as z from 'zod';
import type { NewRun } from '../../shared/run/newRun.ts';
import type { FoundKey } from './keys.ts';
import type { ProcedureSummary } from './procedures.ts';
import type { MarkedRun, PushMarks } from './runs.ts';
import type { WaitingTrial } from './studies.ts';
import type { Creator, Store, StoreTransaction } from './tables.ts';

type MaybeLater<T> = T | Promise<T>;

export interface PlaceOfUnit {
  readonly revision_id: string;
  readonly batch_id: string | null;
}

export interface NewUnitOfRun extends PlaceOfUnit {
  readonly id: string;
  readonly serialNumber: string;
  readonly runId: string;
  readonly by: Creator;
}

export const knownUnitRow = z.object({
  id: z.string(),
  serial_number: z.string(),
  revision_id: z.string(),
  batch_id: z.string().nullable(),
});
export type KnownUnit = z.infer<typeof knownUnitRow>;

export interface RunReferences {
  readonly id: string;
  readonly procedureId: string;
  readonly versionId: string | null;
  readonly unit: PlaceOfUnit & { readonly id: string };
  readonly subUnitIds: readonly string[];
  readonly operatorId: string | null;
  readonly marks: PushMarks;
  readonly by: Creator;
}

/**
 * What every request or every push does with the database. Each engine does it in its fastest way: SQLite runs prepared
 * statements one after the other without waiting for promises, because one promise for each statement takes a tenth of the
 * time of a push.
 */
export interface Pushes {
  findKey(hash: string): MaybeLater<FoundKey | null>;
  /** Stores that a key was used; does nothing if another request would be undone with it. */
  saveKeyUse(key: FoundKey, now: number): MaybeLater<void>;
  /** Finds a procedure by its UUID or by an identifier such as `FVT1`, without regard to case. */
  findProcedure(store: Store, idOrIdentifier: string): MaybeLater<ProcedureSummary | undefined>;
  isLinked(store: Store, stationId: string, procedureId: string): MaybeLater<boolean>;
  findRunByMark(store: Store, column: 'push_key' | 'ref_key', mark: string): MaybeLater<MarkedRun | undefined>;
  hasSlotRun(store: Store, executionId: string, slotKey: string | null): MaybeLater<boolean>;
  findUnit(store: Store, serialNumber: string): MaybeLater<KnownUnit | undefined>;
  /**
   * Returns the revision that the run names. If it names none, it is the unit's if that is of this part, otherwise the
   * part's oldest.
   */
  findRevision(store: Store, run: NewRun, unit: KnownUnit | undefined): MaybeLater<string | null>;
  findBatch(store: Store, number: string): MaybeLater<string | null>;
  findVersion(store: Store, procedureId: string, tag: string): MaybeLater<string | null>;
  insertUnit(change: StoreTransaction, unit: NewUnitOfRun): MaybeLater<void>;
  moveUnit(change: StoreTransaction, id: string, place: PlaceOfUnit): MaybeLater<void>;
  /** Inserts a run with its phases, measurements and logs, and returns its key. */
  insertRun(change: StoreTransaction, run: NewRun, references: RunReferences): MaybeLater<number>;
  /** Returns the trial that waits for this run: the next one of an active study. */
  findWaitingTrial(
    store: Store,
    run: { procedureId: string; stationId: string; serialNumber: string; startedAt: number },
  ): MaybeLater<WaitingTrial | undefined>;
}

/** A change within which a run is pushed. */
export interface WriteContext {
  readonly change: StoreTransaction;
  readonly pushes: Pushes;
}
