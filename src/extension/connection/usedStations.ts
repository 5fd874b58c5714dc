import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import * as vscode from 'vscode';
import { accounts } from '../../shared/contract/accounts.ts';
import type { Answer, Input } from '../../shared/contract/operation.ts';
import { type StationUse, stationUses, useIntervalMs } from '../../shared/contract/stationUse.ts';
import { ApiError } from '../client/apiError.ts';
import type { Log } from '../vscode/log.ts';
import { showInformation } from '../vscode/messages.ts';
import type { ChangeFeed } from './changeFeed.ts';
import type { Connection } from './connection.ts';
import type { LiveScripts } from './liveScripts.ts';
import type { StationStore } from './stationStore.ts';
import { usesOfOthers, whoUses } from './useWords.ts';

export type UseAnswer = Answer<typeof stationUses.report>;
type Report = Pick<Input<typeof stationUses.report>['body'], 'wants' | 'test'>;

interface NamedTest {
  readonly name: string;
}

interface UsingServices {
  readonly connection: Connection;
  readonly store: StationStore;
  readonly feed: ChangeFeed;
  readonly liveScripts: LiveScripts;
  readonly log: Log;
}

const granted: UseAnswer = { refused: null, use: null };

/**
 * Reports to the server which stations this window uses: the selected one, those with an open Operator UI, and those on which a
 * test runs. It begins when the window follows the server's changes, or with the first run. A server that does not answer
 * never keeps a test from running; what is used is reported again when it answers.
 */
export class UsedStations implements vscode.Disposable {
  readonly #services: UsingServices;
  readonly #window = randomUUID();
  readonly #tests = new Map<string, Set<NamedTest>>();
  /** The stations that the server has granted, with the version of the use then. */
  readonly #granted = new Map<string, number>();
  readonly #subscriptions: vscode.Disposable;
  #hasBegun = false;
  #user: Promise<Answer<typeof accounts.own> | undefined> | undefined;
  #userId: string | undefined;
  #shown = '';
  #last: Promise<unknown> = Promise.resolve();

  constructor(services: UsingServices) {
    this.#services = services;
    const { connection, store, feed, liveScripts } = services;
    const timer = setInterval(() => this.#reportAll(), useIntervalMs);
    this.#subscriptions = vscode.Disposable.from(
      new vscode.Disposable(() => clearInterval(timer)),
      feed.onDidReceiveChange((change) => {
        if (change !== undefined) return;
        this.#hasBegun = true;
        this.#reportAll(); // The server may have been started again, and know nothing.
      }),
      store.onDidChange(() => {
        this.#notifyOfLoss();
        this.#followShown();
      }),
      liveScripts.onDidChangeShownStations(() => this.#followShown()),
      connection.onDidChangeServer(() => {
        this.#granted.clear();
        this.#user = undefined;
        this.#userId = undefined;
      }),
    );
  }

  /** Undefined until it is known, and if the server does not know who uses a station. */
  get user(): string | undefined {
    return this.#userId;
  }

  want(station: string): Promise<UseAnswer> {
    return this.#report(station, { wants: 'station', test: '' });
  }

  /** Wants to start a test. If that is granted, `end` must follow. */
  async start(station: string, test: NamedTest): Promise<UseAnswer> {
    this.#hasBegun = true;
    const answer = await this.#report(station, { wants: 'start', test: test.name });
    if (answer.refused === null) this.#tests.set(station, (this.#tests.get(station) ?? new Set()).add(test));
    return answer;
  }

  end(station: string, test: NamedTest): void {
    const tests = this.#tests.get(station);
    if (tests?.delete(test) !== true || tests.size > 0) return;
    this.#tests.delete(station);
    if (this.#usedNow().has(station)) void this.want(station);
    else this.#release(station);
  }

  /** Takes the station over as the user has seen its use. @returns false if it is used in another way meanwhile */
  async takeOver(station: string, use: StationUse): Promise<boolean> {
    const from = usesOfOthers(use, this.#userId)
      .filter(({ has_station }) => has_station)
      .map(({ user_name }) => user_name);
    try {
      const params = { id: station, window_id: this.#window };
      const body = { version: use.version, from: [...new Set(from)] };
      const answer = await this.#services.connection.call(stationUses.takeOver, { params, body });
      this.#granted.set(station, answer.use?.version ?? 0);
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.kind === 'conflict') return false;
      throw error;
    }
  }

  #usedNow(): Set<string> {
    const selected = this.#services.store.selected?.id;
    return new Set([...this.#services.liveScripts.shownStations, ...(selected === undefined ? [] : [selected])]);
  }

  #followShown(): void {
    const now = [...this.#usedNow()].sort();
    if (now.join() === this.#shown) return;
    const before = this.#shown.split(',');
    this.#shown = now.join();
    for (const station of before) {
      if (station !== '' && !now.includes(station) && !this.#tests.has(station)) this.#release(station);
    }
    this.#reportAll();
  }

  #reportAll(): void {
    if (!this.#hasBegun) return;
    for (const station of new Set([...this.#usedNow(), ...this.#tests.keys()])) {
      const [test] = this.#tests.get(station) ?? [];
      void this.#report(
        station,
        test === undefined ? { wants: 'station', test: '' } : { wants: 'running', test: test.name },
      );
    }
  }

  /** Reports one after the other, so that an old report is never the last. It never rejects. */
  #report(station: string, report: Report): Promise<UseAnswer> {
    const next = this.#last.then(() => this.#send(station, report));
    this.#last = next;
    return next;
  }

  async #send(station: string, { wants, test }: Report): Promise<UseAnswer> {
    // The test may have begun or ended since the report was asked for.
    if (wants === 'running' && !this.#tests.has(station)) return granted;
    if (wants === 'station' && this.#tests.has(station)) return granted;
    try {
      if (!(await this.#mayReport())) return granted;
      const params = { id: station, window_id: this.#window };
      const answer = await this.#services.connection.call(stationUses.report, {
        params,
        body: { machine: hostname().slice(0, 100), wants, test },
      });
      if (answer.refused === null) {
        const hasStation = answer.use?.windows.some((each) => each.window_id === this.#window && each.has_station);
        if (hasStation === true) this.#granted.set(station, answer.use?.version ?? 0);
      } else this.#notifyIfLost(station, answer.use);
      return answer;
    } catch (error) {
      this.#services.log.debug(`use of station ${station}: ${String(error)}`);
      return granted;
    }
  }

  async #mayReport(): Promise<boolean> {
    if (!(await this.#services.connection.can('station-use'))) return false;
    this.#user ??= this.#services.connection.call(accounts.own);
    try {
      const user = await this.#user;
      this.#userId = user?.id;
      return user !== undefined && user.role !== 'viewer';
    } catch (error) {
      this.#user = undefined;
      throw error;
    }
  }

  #release(station: string): void {
    if (!this.#granted.delete(station)) return;
    this.#last = this.#last
      .then(async () => {
        // A test in another slot may have begun since.
        if (this.#tests.has(station)) return;
        await this.#services.connection.call(stationUses.end, { params: { id: station, window_id: this.#window } });
      })
      .catch((error: unknown) => this.#services.log.debug(`end of the use of station ${station}: ${String(error)}`));
  }

  #notifyOfLoss(): void {
    for (const station of this.#granted.keys()) this.#notifyIfLost(station, this.#services.store.station(station)?.use);
  }

  /** What the store has may be older than what was granted. */
  #notifyIfLost(station: string, use: StationUse | null | undefined): void {
    const version = this.#granted.get(station);
    if (version === undefined || use == null || use.version <= version) return;
    const taker = usesOfOthers(use, this.#userId).find(({ has_station }) => has_station);
    if (taker === undefined) return;
    this.#granted.delete(station);
    const name = this.#services.store.station(station)?.name ?? '';
    void showInformation(
      this.#tests.has(station)
        ? vscode.l10n.t('{0} took over {1}. Your test continues, and its result is stored.', whoUses(taker), name)
        : vscode.l10n.t('{0} took over {1}. Before your next run there, you are asked.', whoUses(taker), name),
    );
  }

  dispose(): void {
    this.#subscriptions.dispose();
    for (const station of [...this.#granted.keys()]) this.#release(station);
  }
}
