import { type FSWatcher, watch } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Run } from '../../../shared/contract/runs.ts';
import { assistantMetadata } from '../../../shared/contract/startedBy.ts';
import { messageOf } from '../../../shared/format/messageOf.ts';
import { withoutFieldPaths } from '../../../shared/format/oneLine.ts';
import { slotOfRun } from '../../../shared/run/newRun.ts';
import { runOfPendingUpload } from '../../../shared/run/pendingUpload.ts';
import { placeholderId } from '../../../shared/run/placeholderId.ts';
import { withPartNumber } from '../../../shared/run/pushBodies.ts';
import type { Connection, StationAccess } from '../../connection/connection.ts';
import type { Log } from '../../vscode/log.ts';
import { UserError } from '../../vscode/userError.ts';
import type { RunSession } from '../runSession.ts';
import { isRefused, Retries } from './retries.ts';
import { type PendingUpload, UploadFolder } from './uploadFolder.ts';
import {
  type PendingReason,
  pendingReason,
  uploadPending,
  type UploadResult,
  type UploadTarget,
} from './uploadPending.ts';

/** A result is written in several steps: the folder is read when they are over. */
const folderDebounceMs = 200;

/**
 * Pushes the results that scripts have left on this machine, at once and then in growing intervals until a server answers.
 * A result that a server refuses stays, with the reason, until the user decides. All windows share the folder.
 */
export class UploadQueue implements vscode.Disposable {
  readonly #connection: Connection;
  readonly #folder: UploadFolder;
  readonly #log: Log;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #subscription: vscode.Disposable;
  #results: readonly PendingUpload[] = [];
  readonly #pushing = new Map<string, Promise<UploadResult>>();
  readonly #pushed = new Map<string, string>();
  readonly #retries: Retries;
  #watcher: FSWatcher | undefined;

  constructor(connection: Connection, folder: string, log: Log) {
    this.#connection = connection;
    this.#folder = new UploadFolder(folder);
    this.#log = log;
    this.#retries = new Retries({
      list: () => this.#refresh(),
      push: (result) => this.#push(result),
      reportError: (error) => log.warn(`uploads: ${String(error)}`),
    });
    this.#subscription = vscode.Disposable.from(
      connection.onDidChangeServer(() => this.#retries.retryAll()),
      connection.onDidChangeStationKey(() => this.#retries.retryAll()),
    );
  }

  /** The pending uploads, the oldest first, without those that a running script is about to push itself. */
  get pending(): readonly PendingUpload[] {
    return this.#results.filter(({ isBusy }) => !isBusy);
  }

  start(): void {
    this.#watch();
    this.#retries.schedule(0);
  }

  retryAll(): void {
    if (this.pending.length > 0) this.#retries.retryAll();
  }

  async environmentFor(
    { instance, station }: StationAccess,
    { assistant, slot }: Pick<RunSession, 'assistant' | 'slot'>,
  ): Promise<{ folder: string; place: string }> {
    const { id, name } = station;
    const place = {
      instance,
      server: this.#connection.serverName,
      station: { id, name },
      ...(assistant === undefined ? {} : assistantMetadata),
      ...(slot.count === 1 ? {} : { slot: slot.number }),
    };
    const folder = await this.#folder.ensure();
    this.#watch();
    return { folder, place: JSON.stringify(place) };
  }

  /** Pushes the result of this execution now. @returns undefined when it has left none on disk */
  async settle(execution: string): Promise<UploadResult | undefined> {
    await this.#pushing.get(execution);
    const runId = this.#pushed.get(execution);
    if (runId !== undefined) return { runId };
    const result = await this.#find(execution);
    if (result === undefined) return undefined;
    const pushed = isRefused(result) ? pendingReason(reasonOf(result)) : await this.#push(result);
    await this.#refresh();
    return pushed;
  }

  async retry(result: PendingUpload): Promise<UploadResult> {
    const pushed = await this.#push(result);
    await this.#refresh();
    return pushed;
  }

  async discard(results: readonly PendingUpload[]): Promise<void> {
    for (const result of results) await this.#folder.withLock(result, () => this.#folder.remove(result));
    await this.#refresh();
  }

  async setPartNumber(result: PendingUpload, number: string): Promise<UploadResult> {
    await this.#folder.withLock(result, async (now) => {
      const body = await this.#folder.body(now);
      await this.#folder.replaceBody(now, withPartNumber(now.kind, body.toString(), number));
      // Earlier refusals do not apply to the changed result.
      await this.#folder.saveAttempt(now, { tries: 0, last: Date.now(), status: null, message: '', run_id: null });
    });
    return this.retry(result);
  }

  runIdOf(id: string): string | undefined {
    return this.#pushed.get(id);
  }

  /** Returns the run that a pending upload will become. @throws UserError when it is gone, or cannot be shown as a run */
  async asRun(id: string): Promise<Run> {
    const result = await this.#get(id);
    const body = await this.#folder.body(result);
    try {
      const run = runOfPendingUpload(body.toString(), { ...result, station: result.place.station });
      const { started_by, slot } = result.place;
      const place = slot === undefined ? undefined : slotOfRun(slot);
      return {
        ...run,
        slot_key: run.slot_key ?? place?.slotKey ?? null,
        slot_name: run.slot_name ?? place?.slotName ?? null,
        metadata: { ...run.metadata, ...(started_by === 'assistant' ? assistantMetadata : {}) },
      };
    } catch (error) {
      const file = join(result.folder, 'body.json');
      throw new UserError(vscode.l10n.t('{0} cannot be shown as a run: {1}', file, messageOf(error)));
    }
  }

  async attachment(id: string, attachment: string): Promise<Uint8Array<ArrayBuffer>> {
    const result = await this.#get(id);
    const found = result.attachments.find((_, index) => placeholderId(index) === attachment);
    if (found === undefined) throw goneError();
    return new Uint8Array(await this.#folder.attachment(result, found.file));
  }

  async #get(id: string): Promise<PendingUpload> {
    const result = await this.#find(id);
    if (result === undefined) throw goneError();
    return result;
  }

  async #find(id: string): Promise<PendingUpload | undefined> {
    return (await this.#folder.list()).find((result) => result.id === id);
  }

  #push(result: PendingUpload): Promise<UploadResult> {
    const inProgress = this.#pushing.get(result.id);
    if (inProgress !== undefined) return inProgress;
    const push = this.#pushLocked(result).finally(() => this.#pushing.delete(result.id));
    this.#pushing.set(result.id, push);
    return push;
  }

  async #pushLocked(result: PendingUpload): Promise<UploadResult> {
    const pushed = await this.#folder.withLock(result, (now) =>
      uploadPending(this.#folder, now, () => this.#findTarget(now)),
    );
    if (pushed === undefined) return { pendingReason: vscode.l10n.t('Another window is saving it now.') };
    const unit = result.serial_number ?? 'a unit';
    if ('pendingReason' in pushed) this.#log.warn(`The result of ${unit} was not pushed: ${pushed.pendingReason}`);
    else {
      this.#pushed.set(result.id, pushed.runId);
      this.#log.info(`Pushed the pending result of ${unit} as run ${pushed.runId}`);
    }
    return pushed;
  }

  async #findTarget(result: PendingUpload): Promise<UploadTarget | PendingReason> {
    const access = await this.#connection.stationAccess(result.place.station.id);
    if (access === undefined) {
      const { name } = result.place.station;
      return { pendingReason: vscode.l10n.t('This machine has no key for {0} that works.', name), remedy: 'key' };
    }
    if (access.instance !== result.place.instance) {
      return { pendingReason: vscode.l10n.t('It belongs to {0}: switch to that server.', result.place.server) };
    }
    return { api: access.api, supportsMarks: await this.#connection.can('push-marks') };
  }

  async #refresh(): Promise<readonly PendingUpload[]> {
    const before = JSON.stringify(this.#results);
    this.#results = await this.#folder.list();
    if (JSON.stringify(this.#results) !== before) this.#changed.fire();
    return this.#results;
  }

  #watch(): void {
    if (this.#watcher !== undefined) return;
    try {
      this.#watcher = watch(this.#folder.path, () => this.#retries.schedule(folderDebounceMs));
      this.#watcher.on('error', (error) => this.#log.debug(`uploads: ${error.message}`));
    } catch {
      // The folder does not exist before the first result.
    }
  }

  dispose(): void {
    this.#retries.dispose();
    this.#watcher?.close();
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}

const goneError = (): UserError => new UserError(vscode.l10n.t('The result is no longer on this machine.'));

export function reasonOf({ handed, tried }: PendingUpload): string {
  if (tried !== null && tried.run_id !== null && tried.tries === 0) return vscode.l10n.t('Attachments are missing.');
  const reason = tried?.message ?? handed?.message ?? null;
  if (reason === null) return vscode.l10n.t('The script ended before it had pushed the run.');
  return withoutFieldPaths(reason);
}
