import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type * as vscode from 'vscode';
import { type LiveState, operator, type WindowRequest, windowRequest } from '../../shared/contract/operator.ts';
import { watchWithReconnect } from '../../shared/live/watchWithReconnect.ts';
import { ApiError } from '../client/apiError.ts';
import type { Connection } from '../connection/connection.ts';
import type { LiveScript } from '../connection/liveScripts.ts';
import type { Log } from '../vscode/log.ts';
import { TestReport } from './testReport.ts';

const reportIntervalMs = 100;
const firstRetryDelayMs = 500;
const maxRetryDelayMs = 10_000;

type Offer = Partial<NonNullable<LiveState['offer']>>;

export class StationAgent implements vscode.Disposable {
  readonly #connection: Connection;
  readonly #params: { id: string; window_id: string };
  readonly #slot: number;
  readonly #log: Log;
  readonly #onRequest: (request: WindowRequest) => void;
  #abort = new AbortController();
  readonly #report = new TestReport();
  #script: LiveScript | undefined;
  #offer: Offer | undefined;
  #pending: { offer?: Offer; busy?: boolean } = {};
  #isReporting = false;

  /**
   * @param slot the agents of other slots are further windows for the server
   * @param onRequest receives the requests that do not concern the running test: starts and loops
   */
  constructor(
    connection: Connection,
    station: string,
    slot: number,
    log: Log,
    onRequest: (request: WindowRequest) => void,
  ) {
    this.#connection = connection;
    this.#params = { id: station, window_id: randomUUID() };
    this.#slot = slot;
    this.#log = log;
    this.#onRequest = onRequest;
    void this.#watchRequests(this.#abort.signal);
  }

  restart(): void {
    this.#abort.abort();
    this.#abort = new AbortController();
    void this.#watchRequests(this.#abort.signal);
  }

  follow(script: LiveScript): void {
    this.#script = script;
    this.#pending.busy = true;
    const subscriptions = [
      script.onEvent((event) => {
        this.#report.handleEvent(event, script);
        void this.#sendReports();
      }),
      script.onEnd(() => {
        for (const each of subscriptions) each.dispose();
        this.#script = undefined;
        this.#report.end();
        this.#pending.busy = false;
        void this.#sendReports();
      }),
    ];
    void this.#sendReports();
  }

  get isBusy(): boolean {
    return this.#script !== undefined;
  }

  get test(): TestReport['test'] {
    return this.#report.test;
  }

  offer(change: Offer): void {
    this.#offer = { ...this.#offer, ...change };
    this.#pending.offer = this.#offer;
    void this.#sendReports();
  }

  async #watchRequests(signal: AbortSignal): Promise<void> {
    await watchWithReconnect({
      open: () => {
        const input = { params: this.#params, query: { slot: this.#slot } };
        return this.#connection.stream(operator.requests, input, signal);
      },
      onEvent: (event) => this.#handleRequest(windowRequest.parse(event)),
      onDisconnect: (error) => {
        this.#log.debug(`operator requests: ${String(error)}`);
        // This server has no such station or no Operator UI, but another server may.
        return error instanceof ApiError && error.kind === 'notFound' ? 'stop' : 'retry';
      },
      signal,
      firstDelayMs: firstRetryDelayMs,
      maxDelayMs: maxRetryDelayMs,
    });
  }

  #handleRequest(request: WindowRequest): void {
    switch (request.event) {
      case 'hello': // a restarted server has lost the state
        this.#report.reset();
        this.#pending = { ...(this.#offer && { offer: this.#offer }), busy: this.isBusy };
        void this.#sendReports();
        break;
      case 'answer':
        if (request.data.execution_id === this.test?.execution_id) {
          this.#script?.answer(request.data.prompt_id, request.data.text);
        }
        break;
      case 'stop':
        if (request.data.execution_id === this.test?.execution_id) void this.#script?.stop();
        break;
      default:
        this.#onRequest(request);
    }
  }

  /** Sends all pending changes. Changes that cannot be sent are sent when the stream is connected again. */
  async #sendReports(): Promise<void> {
    if (this.#isReporting) return;
    this.#isReporting = true;
    try {
      for (;;) {
        const changes = this.#pending;
        const update = this.#report.takePending();
        if (update === undefined && Object.keys(changes).length === 0) return;
        this.#pending = {};
        try {
          const body = { ...update, ...changes, slot: this.#slot };
          await this.#connection.call(operator.report, { params: this.#params, body });
        } catch (error) {
          this.#report.reset();
          this.#pending = { ...changes, ...this.#pending };
          if (!(error instanceof ApiError && error.kind === 'conflict')) {
            this.#log.debug(`operator report: ${String(error)}`);
            return;
          }
        }
        await delay(reportIntervalMs);
      }
    } finally {
      this.#isReporting = false;
    }
  }

  dispose(): void {
    this.#abort.abort();
  }
}
