import { fold } from '../fold.ts';
import type { FoundByPush, KnownUnit, Push, PushTransaction, RunReferences } from '../pushes.ts';
import type { MarkedRun } from '../runs.ts';
import type { StoreTransaction } from '../tables.ts';
import { RunRows } from './insertRuns.ts';
import { type LookedUpRow, lookUp } from './lookUp.ts';

/** More than that is not collected, because it is several times in memory when it is sent. */
const maxWaitingSize = 1_000_000;

interface UnitOfGroup extends KnownUnit {
  readonly partKey: string;
}

/**
 * The pushes of a transaction. What they name is looked up for all of them together, and their rows are collected until
 * something else happens in the transaction: the time of a push is that of the answers that are waited for. What a push
 * creates that the next one may name, such as its unit, is therefore remembered here.
 */
export class PushGroup implements PushTransaction {
  readonly #change: StoreTransaction;
  readonly #changesOfOthers: () => number;
  #expected: readonly Push[];
  #found = new Map<Push, LookedUpRow>();
  /** The changes that were made when it was looked up what pushes name. */
  #lookedUpAt: number;
  #waiting = new RunRows();
  #inserted = 0;
  readonly #units = new Map<string, UnitOfGroup>();
  readonly #marked = new Map<string, MarkedRun>();
  readonly #slots = new Set<string>();

  /** @param changeCount returns a number that rises with each statement that changes the database */
  constructor(change: StoreTransaction, expected: readonly Push[], changeCount: () => number) {
    this.#change = change;
    this.#expected = expected;
    this.#changesOfOthers = changeCount;
    this.#lookedUpAt = changeCount();
  }

  get changeCount(): number {
    return this.#changesOfOthers() + this.#inserted;
  }

  async find(push: Push): Promise<FoundByPush> {
    if (this.#isOutOfDate) await this.#forget();
    const row = this.#found.get(push) ?? (await this.#lookUp(push));
    const { run, marks } = push;
    const unit = this.#units.get(fold(run.serialNumber));
    return {
      procedure: row.procedure,
      isLinked: row.is_linked,
      byPushKey: this.#marked.get(`push ${marks.pushKey}`) ?? row.by_push_key,
      byRefKey: this.#marked.get(`ref ${marks.refKey}`) ?? row.by_ref_key,
      hasSlotRun: row.has_slot_run || this.#slots.has(slotOf(push) ?? ''),
      unit: unit ?? row.unit,
      revisionId:
        run.revision === null ? (ownRevision(unit, push) ?? unnamedRevision(unit, row)) : row.named_revision_id,
      batchId: row.batch_id,
      versionId: row.version_id,
      operatorId: row.operator_id,
      trial: row.trial,
    };
  }

  async insertRun(push: Push, references: RunReferences): Promise<void> {
    this.#inserted += 1;
    this.#waiting.add(push, references);
    const { run, marks } = push;
    const { id, procedureId, unit } = references;
    const serialKey = fold(run.serialNumber);
    this.#units.set(serialKey, { ...unit, partKey: fold(run.partNumber) });
    const { outcome } = run;
    const marked = { id, push_hash: marks.hash, procedure_id: procedureId, outcome, serial_key: serialKey };
    if (marks.pushKey !== null) this.#marked.set(`push ${marks.pushKey}`, marked);
    if (marks.refKey !== null) this.#marked.set(`ref ${marks.refKey}`, marked);
    const slot = slotOf(push);
    if (slot !== null) this.#slots.add(slot);
    if (this.#waiting.size > maxWaitingSize) await this.#flush();
  }

  async change(): Promise<StoreTransaction> {
    await this.#flush();
    return this.#change;
  }

  get #isOutOfDate(): boolean {
    return this.#changesOfOthers() !== this.#lookedUpAt;
  }

  async #flush(): Promise<void> {
    if (this.#waiting.isEmpty) return;
    const isOutOfDate = this.#isOutOfDate;
    const rows = this.#waiting;
    this.#waiting = new RunRows();
    await rows.insert(this.#change);
    if (!isOutOfDate) this.#lookedUpAt = this.#changesOfOthers();
  }

  async #forget(): Promise<void> {
    await this.#flush();
    for (const known of [this.#found, this.#units, this.#marked, this.#slots]) known.clear();
    this.#lookedUpAt = this.#changesOfOthers();
  }

  async #lookUp(push: Push): Promise<LookedUpRow> {
    const place = this.#expected.indexOf(push);
    this.#expected = this.#expected.slice(Math.max(place, 0));
    for (const [each, row] of await lookUp(this.#change, place < 0 ? [push] : this.#expected))
      this.#found.set(each, row);
    const row = this.#found.get(push);
    if (row === undefined) throw new Error('PostgreSQL did not answer what a push names.');
    return row;
  }
}

const ownRevision = (unit: UnitOfGroup | undefined, { run }: Push): string | null =>
  unit?.partKey === fold(run.partNumber) ? unit.revision_id : null;

const unnamedRevision = (unit: UnitOfGroup | undefined, row: LookedUpRow): string | null =>
  (unit === undefined ? row.own_revision_id : null) ?? row.oldest_revision_id;

const slotOf = ({ run: { execution } }: Push): string | null =>
  execution?.slotKey == null ? null : JSON.stringify([execution.id, execution.slotKey]);
