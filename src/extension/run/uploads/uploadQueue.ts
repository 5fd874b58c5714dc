import { type FSWatcher, watch } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Run } from '../../../shared/contract/runs.ts';
import { messageOf } from '../../../shared/format/messageOf.ts';
import { withoutFieldPaths } from '../../../shared/format/oneLine.ts';
import { keptId } from '../../../shared/run/keptId.ts';
import { keptRun } from '../../../shared/run/pendingUpload.ts';
import { withPartNumber } from '../../../shared/run/pushBodies.ts';
import type { Connection, StationAccess } from '../../connection/connection.ts';
import type { Log } from '../../vscode/log.ts';
import { UserError } from '../../vscode/userError.ts';
import { isParked, Retries } from './retries.ts';
import { type PendingUpload, UploadFolder } from './uploadFolder.ts';
import { keptFor, type PendingReason, uploadPending, type UploadResult, type UploadTarget } from './uploadPending.ts';

/** Milliseconds between a change in the folder and the look at it. */
const settling = 200;

/**
 * Pushes the results that scripts have left on this machine: at once, then again and again as long as no server answers.
 * What a server refuses is parked, with the reason, until the user decides. All windows share the folder.
 */
export class UploadQueue implements vscode.Disposable {
  readonly #connection: Connection;
  readonly #box: UploadFolder;
  readonly #log: Log;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #subscription: vscode.Disposable;
  #results: readonly PendingUpload[] = [];
  /** Pushes under way, by execution: who asks meanwhile shares them. */
  readonly #pushing = new Map<string, Promise<UploadResult>>();
  /** The runs that this window has pushed, by execution. */
  readonly #pushed = new Map<string, string>();
  readonly #retries: Retries;
  #watcher: FSWatcher | undefined;

  /** @param folder its path */
  constructor(connection: Connection, folder: string, log: Log) {
    this.#connection = connection;
    this.#box = new UploadFolder(folder);
    this.#log = log;
    this.#retries = new Retries({
      look: () => this.#look(),
      push: (result) => this.#push(result),
      failed: (error) => log.warn(`outbox: ${String(error)}`),
    });
    this.#subscription = vscode.Disposable.from(
      connection.onDidChangeServer(() => this.#retries.again()),
      connection.onDidChangeStationKey(() => this.#retries.again()),
    );
  }

  /** What waits on this machine, the oldest first; not what a running script is about to push itself. */
  get waiting(): readonly PendingUpload[] {
    return this.#results.filter(({ isBusy }) => !isBusy);
  }

  /** Looks at what earlier windows and scripts have left, and from now on at what comes. */
  begin(): void {
    this.#watch();
    this.#retries.soon(0);
  }

  /** The server has answered after a time without: what waits for it is tried now. */
  serverIsBack(): void {
    if (this.waiting.length > 0) this.#retries.again();
  }

  /** What a runner needs in its environment to keep results of this station here. */
  async environmentFor({ instance, station }: StationAccess): Promise<{ folder: string; place: string }> {
    const { id, name } = station;
    const place = { instance, server: this.#connection.serverName, station: { id, name } };
    const folder = await this.#box.ensure();
    this.#watch();
    return { folder, place: JSON.stringify(place) };
  }

  /** Pushes the result of this execution now, if it is here. @returns undefined when it is not */
  async settle(execution: string): Promise<UploadResult | undefined> {
    await this.#pushing.get(execution);
    const runId = this.#pushed.get(execution);
    if (runId !== undefined) return { runId };
    const result = await this.#find(execution);
    if (result === undefined) return undefined;
    const pushed = isParked(result) ? keptFor(reasonOf(result)) : await this.#push(result);
    await this.#look();
    return pushed;
  }

  /** Tries again now. @throws UserError, ApiError what it fails by */
  async retry(result: PendingUpload): Promise<UploadResult> {
    const pushed = await this.#push(result);
    await this.#look();
    return pushed;
  }

  async discard(results: readonly PendingUpload[]): Promise<void> {
    for (const result of results) await this.#box.alone(result, () => this.#box.remove(result));
    await this.#look();
  }

  /** Puts a part number into what is pushed of the result, and tries to push it now. @throws UserError as `retry` */
  async givePartNumber(result: PendingUpload, number: string): Promise<UploadResult> {
    await this.#box.alone(result, async (now) => {
      const body = await this.#box.body(now);
      await this.#box.replaceBody(now, withPartNumber(now.kind, body.toString(), number));
      // What the server said of it before holds no more.
      await this.#box.noteTry(now, { tries: 0, last: Date.now(), status: null, message: '', run_id: null });
    });
    return this.retry(result);
  }

  /** The run that this window has made of a result; undefined: it has not been pushed. */
  runOf(id: string): string | undefined {
    return this.#pushed.get(id);
  }

  /** A result that waits, as the run that it will be. @throws UserError when it is gone, or cannot be shown as a run */
  async asRun(id: string): Promise<Run> {
    const result = await this.#existing(id);
    const body = await this.#box.body(result);
    try {
      return keptRun(body.toString(), { ...result, station: result.place.station });
    } catch (error) {
      const file = join(result.folder, 'body.json');
      throw new UserError(vscode.l10n.t('{0} cannot be shown as a run: {1}', file, messageOf(error)));
    }
  }

  /** The content of an attachment of the result's run. @throws UserError when the result is gone */
  async attachment(id: string, attachment: string): Promise<Uint8Array<ArrayBuffer>> {
    const result = await this.#existing(id);
    const kept = result.attachments.find((_, index) => keptId(index) === attachment);
    if (kept === undefined) throw gone();
    return new Uint8Array(await this.#box.attachment(result, kept.file));
  }

  async #existing(id: string): Promise<PendingUpload> {
    const result = await this.#find(id);
    if (result === undefined) throw gone();
    return result;
  }

  async #find(id: string): Promise<PendingUpload | undefined> {
    return (await this.#box.list()).find((result) => result.id === id);
  }

  #push(result: PendingUpload): Promise<UploadResult> {
    const underWay = this.#pushing.get(result.id);
    if (underWay !== undefined) return underWay;
    const push = this.#pushAlone(result).finally(() => this.#pushing.delete(result.id));
    this.#pushing.set(result.id, push);
    return push;
  }

  async #pushAlone(result: PendingUpload): Promise<UploadResult> {
    const pushed = await this.#box.alone(result, (now) => uploadPending(this.#box, now, () => this.#target(now)));
    if (pushed === undefined) return { kept: vscode.l10n.t('Another window is saving it just now.') };
    const unit = result.serial_number ?? 'a unit';
    if ('kept' in pushed) this.#log.warn(`The result of ${unit} was not pushed: ${pushed.kept}`);
    else {
      this.#pushed.set(result.id, pushed.runId);
      this.#log.info(`Pushed the kept result of ${unit} as run ${pushed.runId}`);
    }
    return pushed;
  }

  async #target(result: PendingUpload): Promise<UploadTarget | PendingReason> {
    const access = await this.#connection.stationAccess(result.place.station.id);
    if (access === undefined) {
      const { name } = result.place.station;
      return { kept: vscode.l10n.t('This machine has no key for {0} that works.', name), remedy: 'key' };
    }
    if (access.instance !== result.place.instance) {
      return { kept: vscode.l10n.t('It belongs to {0}: switch to that server.', result.place.server) };
    }
    return { api: access.api, knowsMarks: await this.#connection.can('push-marks') };
  }

  async #look(): Promise<readonly PendingUpload[]> {
    const before = JSON.stringify(this.#results);
    this.#results = await this.#box.list();
    if (JSON.stringify(this.#results) !== before) this.#changed.fire();
    return this.#results;
  }

  #watch(): void {
    if (this.#watcher !== undefined) return;
    try {
      this.#watcher = watch(this.#box.path, () => this.#retries.soon(settling));
      this.#watcher.on('error', (error) => this.#log.debug(`outbox: ${error.message}`));
    } catch {
      // There is no such folder before the first result.
    }
  }

  dispose(): void {
    this.#retries.dispose();
    this.#watcher?.close();
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}

const gone = (): UserError => new UserError(vscode.l10n.t('The result is no longer on this machine.'));

export function reasonOf({ handed, tried }: PendingUpload): string {
  if (tried !== null && tried.run_id !== null && tried.tries === 0) return vscode.l10n.t('Attachments are missing.');
  const reason = tried?.message ?? handed?.message ?? null;
  if (reason === null) return vscode.l10n.t('The script ended before it had pushed the run.');
  return withoutFieldPaths(reason);
}
