import { maxMetadataKeys } from '../../../shared/contract/metadata.ts';
import type { Run } from '../../../shared/contract/runs.ts';
import { type NewRun, RunInputError } from '../../../shared/run/newRun.ts';
import type { Attachments } from '../../attachments/attachments.ts';
import type { Caller } from '../../http/authentication.ts';
import { RefusalError } from '../../http/refusalError.ts';
import { hashOf, noMarks } from '../../pushMarks.ts';
import { pushRun } from '../../pushRun.ts';
import type { Engine } from '../../store/engine.ts';
import { fold } from '../../store/fold.ts';
import { addLink } from '../../store/links.ts';
import { findProcedureCalled, insertProcedure } from '../../store/procedures.ts';
import { existingRuns } from '../../store/runs.ts';
import { findStationsByName, insertStation } from '../../store/stations.ts';
import type { Creator, Store, StoreTransaction } from '../../store/tables.ts';
import { findUnit, updateUnit } from '../../store/units.ts';
import { attachToRun, insertUpload, markStored } from '../../store/uploads.ts';
import { findUser, firstUserId } from '../../store/users.ts';
import { ImportError } from '../importedRecord.ts';
import { runOfAnswer } from './runOfAnswer.ts';

export interface CopiedAttachment {
  readonly name: string;
  readonly contentType: string | null;
  readonly size: number | null;
  /** In hexadecimal digits; null if it is unknown. */
  readonly sha256: string | null;
  readonly isReport: boolean;
  /** @throws ImportError if the content is not available */
  readonly open: () => Promise<AsyncIterable<Uint8Array>>;
}

export interface CopiedRun {
  readonly run: Run;
  readonly procedureIdentifier: string | null;
  readonly attachments: readonly CopiedAttachment[];
}

export type CopyResult = 'stored' | 'existed' | 'waits' | { readonly problem: string };

interface Target extends Pick<Engine, 'store' | 'writer'> {
  readonly files: Attachments;
}

/** Undoes what a dry run has done. */
class DryRunEnd extends Error {}

/** Creates stations and procedures that do not exist by their names. A run is marked with its id, by which it is found again. */
export class RunCopier {
  readonly #target: Target;
  readonly #source: string | null;
  readonly #format: string;
  readonly #isDryRun: boolean;
  readonly created = new Set<string>();
  /** The ids here of stations and procedures, by their ids at the source. Others are found by their names. */
  readonly places = new Map<string, string>();
  readonly #sourceProcedures = new Map<string, Set<string>>();
  readonly #unitsOfDryRun = new Set<string>();

  /** @param source is where the runs are from, for their metadata; null: nothing is added to it */
  constructor(
    target: Target,
    { source, format, isDryRun }: { source: string | null; format: string; isDryRun: boolean },
  ) {
    this.#target = target;
    this.#source = source;
    this.#format = format;
    this.#isDryRun = isDryRun;
  }

  /** Remembers the procedure of a run that may be here already, so that two procedures with one name are noticed. */
  notice({ procedure: { id, name } }: Pick<Run, 'procedure'>): void {
    const ids = this.#sourceProcedures.get(fold(name)) ?? new Set();
    this.#sourceProcedures.set(fold(name), ids.add(id));
  }

  /** Returns which of these runs are here: copied before, or stored here originally. */
  async existing(ids: readonly string[]): Promise<Set<string>> {
    const { store } = this.#target;
    if (ids.length === 0) return new Set();
    const marks = ids.map((id) => markOf(id));
    const copied = await store.selectFrom('runs').select('push_key').where('push_key', 'in', marks).execute();
    const keys = new Set(copied.map(({ push_key }) => push_key));
    const own = await existingRuns(store, [...ids]);
    return new Set([...own, ...ids.filter((id) => keys.has(markOf(id)))]);
  }

  /** A run waits for sub-units that are not here yet. @param isLast whether missing ones are a problem */
  async copy({ run, procedureIdentifier, attachments }: CopiedRun, isLast: boolean): Promise<CopyResult> {
    const { writer } = this.#target;
    if ((await this.existing([run.id])).size > 0) return 'existed';
    try {
      const converted = this.#withoutUnitsOfDryRun(runOfAnswer(run));
      if (!isLast && (await this.#isWaiting(converted))) return 'waits';
      const uploads = this.#isDryRun ? [] : await this.#receiveAll(attachments);
      const { existed } = await writer.push([], async (transaction) => {
        const before = await transaction.change();
        const station = await this.#stationOf(before, run);
        const procedure = await this.#procedureOf(before, run, procedureIdentifier, station);
        const marks = { ...noMarks, pushKey: markOf(run.id), hash: hashOf(run.id) };
        const marked = { ...converted, procedure, metadata: this.#metadataOf(run) };
        const pushed = await pushRun(transaction, { run: marked, caller: station, marks });
        const change = await transaction.change();
        for (const { id, isReport } of uploads) await attachToRun(change, id, pushed.id, isReport);
        await setSample(change, run);
        if (this.#isDryRun) throw new DryRunEnd();
        return pushed;
      });
      return existed ? 'existed' : 'stored';
    } catch (error) {
      if (error instanceof DryRunEnd) {
        this.#unitsOfDryRun.add(fold(run.unit.serial_number));
        return 'stored';
      }
      const isProblem = error instanceof RefusalError || error instanceof RunInputError || error instanceof ImportError;
      if (!isProblem) throw error;
      return { problem: error.message };
    }
  }

  #withoutUnitsOfDryRun(run: NewRun): NewRun {
    return { ...run, subUnits: run.subUnits.filter((serialNumber) => !this.#unitsOfDryRun.has(fold(serialNumber))) };
  }

  async #isWaiting({ subUnits }: NewRun): Promise<boolean> {
    for (const serialNumber of subUnits) {
      if ((await findUnit(this.#target.store, serialNumber)) === null) return true;
    }
    return false;
  }

  /** The source and the id of the run are left out if there are as many keys as there may be. */
  #metadataOf({ id, metadata = {} }: Run): NewRun['metadata'] {
    if (this.#source === null) return metadata;
    const all = { ...metadata, import_format: this.#format, import_source: `${this.#source}#${id}` };
    return Object.keys(all).length > maxMetadataKeys ? metadata : all;
  }

  async #stationOf(change: StoreTransaction, { created_by_station: named }: Run): Promise<Caller> {
    if (named == null) {
      const user = await findUser(change, await firstUserId(change));
      if (user === undefined) throw new ImportError('The data folder has no user yet.');
      return { kind: 'user', id: user.id, name: user.name, role: 'administrator' };
    }
    const known = this.places.get(named.id);
    if (known !== undefined) return { kind: 'station', id: known, name: named.name };
    const [found, ...others] = await findStationsByName(change, named.name);
    if (others.length > 0) throw new ImportError(`Several stations have the name "${named.name}". Rename all but one.`);
    if (found !== undefined) return { kind: 'station', ...found };
    this.created.add(`station "${named.name}"`);
    return { kind: 'station', id: await insertStation(change, named.name, '{}'), name: named.name };
  }

  async #procedureOf(change: StoreTransaction, run: Run, identifier: string | null, station: Caller): Promise<string> {
    this.notice(run);
    const id =
      this.places.get(run.procedure.id) ?? (await this.#findOrCreateProcedure(change, run.procedure.name, identifier));
    if (station.kind === 'station') await addLink(change, station.id, id);
    return id;
  }

  async #findOrCreateProcedure(change: StoreTransaction, name: string, identifier: string | null): Promise<string> {
    const byIdentifier = identifier === null ? undefined : await findProcedureCalled(change, identifier);
    if (byIdentifier !== undefined) return byIdentifier.id;
    if (identifier === null && (this.#sourceProcedures.get(fold(name))?.size ?? 0) > 1) {
      throw new ImportError(`Several procedures of the source have the name "${name}". Give them identifiers there.`);
    }
    const [found, ...others] = await proceduresLike(change, name, identifier);
    if (others.length > 0) throw new ImportError(`Several procedures have the name "${name}". Rename all but one.`);
    if (found !== undefined) return found.id;
    this.created.add(`procedure "${name}"`);
    return insertProcedure(change, { name, identifier, userId: await firstUserId(change) });
  }

  /** Contents without a run are removed by the server after a day. */
  async #receiveAll(attachments: readonly CopiedAttachment[]): Promise<{ id: string; isReport: boolean }[]> {
    const received: { id: string; isReport: boolean }[] = [];
    for (const each of attachments) received.push({ id: await this.receive(each), isReport: each.isReport });
    return received;
  }

  /** Stores the content of an attachment that belongs to nothing yet, and returns its id. @throws ImportError */
  async receive({ name, contentType, size, sha256, open }: CopiedAttachment): Promise<string> {
    const { writer, files } = this.#target;
    const id = await writer.write(async (change) => insertUpload(change, name, await importer(change)));
    await files.receive(id, await open(), async (content, keep) => {
      if (size !== null && content.size !== size) {
        throw new ImportError(`The attachment "${name}" has ${content.size} bytes and should have ${size}.`);
      }
      if (sha256 !== null && content.sha256 !== sha256) {
        throw new ImportError(`The content of the attachment "${name}" is not the one that was stored.`);
      }
      await keep();
      await writer.write((change) => markStored(change, id, { ...content, content_type: contentType }));
    });
    return id;
  }
}

/** Returns the procedures of a name that may be the one with the identifier: those with another identifier are others. */
export async function proceduresLike(
  store: Store,
  name: string,
  identifier: string | null,
): Promise<{ id: string; identifier: string | null }[]> {
  const named = await store
    .selectFrom('procedures')
    .select(['id', 'identifier'])
    .where('name_key', '=', fold(name))
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return identifier === null ? named : named.filter((each) => each.identifier === null);
}

/** Returns the user to whom the data folder belongs, as the creator of what is copied. */
export const importer = async (change: StoreTransaction): Promise<Creator> => ({
  created_by_user_id: await firstUserId(change),
  created_by_station_id: null,
});

const markOf = (id: string): string => `copy of run ${id}`;

async function setSample(change: StoreTransaction, { unit: { serial_number, sample } }: Run): Promise<void> {
  if (sample === null) return;
  const unit = await findUnit(change, serial_number);
  if (unit?.sample === null) await updateUnit(change, unit.id, { sample });
}
