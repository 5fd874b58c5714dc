import { type FSWatcher, watch } from 'node:fs';
import * as vscode from 'vscode';
import { ApiError } from '../../client/apiError.ts';
import type { Connection, StationAccess } from '../../connection/connection.ts';
import type { Log } from '../../platform/log.ts';
import { type KeptResult, OutboxFolder } from './outboxFolder.ts';
import { isWorthAnotherTry, pushAttachments, pushRun } from './pushKept.ts';

/** Milliseconds before the next try, by the number of tries that failed; as TofuPilot's own tool waits. */
const waits = [15_000, 30_000, 5 * 60_000, 15 * 60_000, 60 * 60_000];
/** Milliseconds between a change in the folder and the look at it. */
const settling = 200;

/** What became of a result: the server has it, or it stays on this machine for the reason. */
export type Pushed = { readonly runId: string } | { readonly kept: string };

/**
 * Pushes the results that scripts have left on this machine: at once, then again and again as long as no server answers.
 * What a server refuses is parked, with the reason, until the user decides. All windows share the folder.
 */
export class Outbox implements vscode.Disposable {
  readonly #connection: Connection;
  readonly #box: OutboxFolder;
  readonly #log: Log;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #subscription: vscode.Disposable;
  #results: readonly KeptResult[] = [];
  /** Pushes under way, by execution: who asks meanwhile shares them. */
  readonly #pushing = new Map<string, Promise<Pushed>>();
  /** The runs that this window has pushed, by execution. */
  readonly #pushed = new Map<string, string>();
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param folder its path */
  constructor(connection: Connection, folder: string, log: Log) {
    this.#connection = connection;
    this.#box = new OutboxFolder(folder);
    this.#log = log;
    this.#subscription = connection.onDidChangeServer(() => this.#lookSoon(0));
  }

  /** What waits on this machine, the oldest first; not what a running script is about to push itself. */
  get waiting(): readonly KeptResult[] {
    return this.#results.filter(({ isBusy }) => !isBusy);
  }

  /** Looks at what earlier windows and scripts have left, and from now on at what comes. */
  begin(): void {
    this.#lookSoon(0);
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
  async settle(execution: string): Promise<Pushed | undefined> {
    await this.#pushing.get(execution);
    const runId = this.#pushed.get(execution);
    if (runId !== undefined) return { runId };
    const result = (await this.#box.list()).find(({ id }) => id === execution);
    if (result === undefined) return undefined;
    const pushed = isParked(result) ? { kept: reasonOf(result) } : await this.#push(result);
    await this.#look();
    return pushed;
  }

  /** Tries again now. @throws UserError, ApiError what it fails by */
  async retry(result: KeptResult): Promise<Pushed> {
    const pushed = await this.#push(result);
    await this.#look();
    return pushed;
  }

  async discard(result: KeptResult): Promise<void> {
    await this.#box.alone(result, () => this.#box.remove(result));
    await this.#look();
  }

  #push(result: KeptResult): Promise<Pushed> {
    const underWay = this.#pushing.get(result.id);
    if (underWay !== undefined) return underWay;
    const push = this.#pushAlone(result).finally(() => this.#pushing.delete(result.id));
    this.#pushing.set(result.id, push);
    return push;
  }

  async #pushAlone(result: KeptResult): Promise<Pushed> {
    const pushed = await this.#box.alone(result, async () => {
      try {
        const access = await this.#connection.stationAccess(result.place.station.id);
        const obstacle = this.#obstacle(result, access);
        if (access === undefined || obstacle !== undefined) return { kept: obstacle ?? '' };
        const runId = result.tried?.run_id ?? (await this.#pushRun(access, result));
        await pushAttachments(access.api, this.#box, result, runId);
        await this.#box.remove(result);
        this.#pushed.set(result.id, runId);
        this.#log.info(`Pushed the kept result of ${result.serial_number ?? 'a unit'} as run ${runId}`);
        return { runId };
      } catch (error) {
        return { kept: await this.#noteFailure(result, error) };
      }
    });
    return pushed ?? { kept: vscode.l10n.t('Another window is saving it just now.') };
  }

  async #pushRun({ api }: StationAccess, result: KeptResult): Promise<string> {
    const run_id = await pushRun(api, this.#box, result, await this.#connection.can('push-marks'));
    if (result.attachments.length > 0) {
      const tries = result.tried?.tries ?? 0;
      const tried = {
        tries,
        last: Date.now(),
        status: null,
        message: vscode.l10n.t('Attachments are missing.'),
        run_id,
      };
      await this.#box.noteTry(result, tried);
    }
    return run_id;
  }

  /** What has nothing to do with the result itself, and passes by itself. */
  #obstacle({ place }: KeptResult, access: StationAccess | undefined): string | undefined {
    if (access === undefined) {
      return vscode.l10n.t('This machine has no key for {0} that works.', place.station.name);
    }
    return access.instance === place.instance
      ? undefined
      : vscode.l10n.t('It belongs to {0}: switch to that server.', place.server);
  }

  async #noteFailure(result: KeptResult, error: unknown): Promise<string> {
    const message = error instanceof Error ? error.message : String(error);
    this.#log.warn(`The result of ${result.serial_number ?? 'a unit'} was not pushed: ${message}`);
    // After a parked one the status says so; what never reached a server keeps being tried.
    const status = error instanceof ApiError && !isWorthAnotherTry(error) ? error.status : null;
    const now = (await this.#box.list()).find(({ id }) => id === result.id);
    const run_id = now?.tried?.run_id ?? null;
    const tried = { tries: (now?.tried?.tries ?? 0) + 1, last: Date.now(), status, message, run_id };
    await this.#box.noteTry(result, tried);
    return message;
  }

  #lookSoon(millis: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#work(), millis);
  }

  /** Pushes what is due, then waits for the next. */
  async #work(): Promise<void> {
    await this.#look();
    this.#watch();
    for (const result of this.#results) if (dueAt(result) <= Date.now()) await this.#push(result);
    await this.#look();
    const next = Math.min(...this.#results.map(dueAt));
    if (next !== Infinity) this.#lookSoon(Math.max(1000, next - Date.now()));
  }

  async #look(): Promise<void> {
    const before = JSON.stringify(this.#results);
    this.#results = await this.#box.list();
    if (JSON.stringify(this.#results) !== before) this.#changed.fire();
  }

  #watch(): void {
    if (this.#watcher !== undefined) return;
    try {
      this.#watcher = watch(this.#box.path, () => this.#lookSoon(settling));
      this.#watcher.on('error', (error) => this.#log.debug(`outbox: ${error.message}`));
    } catch {
      // There is no such folder before the first result.
    }
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#watcher?.close();
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}

/**
 * The server has refused it: only the user can change what it would answer. A key that was refused says nothing of the
 * result: the station may have another one by now.
 */
export function isParked({ handed, tried }: KeptResult): boolean {
  const status = tried === null ? (handed?.status ?? null) : tried.status;
  return status !== null && status >= 400 && status < 500 && status !== 401 && status !== 429;
}

export function reasonOf({ handed, tried }: KeptResult): string {
  return tried?.message ?? handed?.message ?? vscode.l10n.t('The script ended before it had pushed the run.');
}

/** Milliseconds since 1970; Infinity: not by itself. */
function dueAt(result: KeptResult): number {
  if (result.isBusy || isParked(result)) return Infinity;
  const { tried } = result;
  return tried === null || tried.tries === 0 ? 0 : tried.last + (waits[tried.tries - 1] ?? waits.at(-1) ?? 0);
}
