import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StationApi } from '../../src/extension/client/stationApi.ts';
import { Retries } from '../../src/extension/run/uploads/retries.ts';
import { UploadFolder } from '../../src/extension/run/uploads/uploadFolder.ts';
import { uploadPending } from '../../src/extension/run/uploads/uploadPending.ts';
import type { Scheduler } from '../../src/extension/vscode/scheduler.ts';
import type { PendingUploadEntry } from '../../src/shared/contract/pendingUpload.ts';

/** What a station knows of one of its results. */
export interface StationResult {
  readonly serial: string;
  readonly kind: PendingUploadEntry['kind'];
  /** The id of the run, once it is acknowledged. */
  run: string | null;
}

interface StationOptions {
  readonly url: string;
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly folder: string;
  /** The UUID of the procedure with the identifier `FVT1`. */
  readonly procedure: string;
}

const procedure_id = 'FVT1';
const part_number = 'PCBA01';
const kinds = ['v1', 'v2', 'v1', 'v2', 'openhtf'] as const;
export const phaseCount = 3;

/** Time passes 100 times faster here, so that the last delays of the retries are seconds. */
const fastClock: Scheduler = {
  now: () => Date.now() * 100,
  schedule: (delayMs, work) => {
    const timer = setTimeout(() => void work(), delayMs / 100);
    return () => clearTimeout(timer);
  },
};

/** A station that leaves results on its disk, which the extension's own upload queue pushes until they are acknowledged. */
export class PushingStation {
  readonly results: StationResult[] = [];
  readonly problems: string[] = [];
  readonly #options: StationOptions;
  readonly #pending: UploadFolder;
  readonly #retries: Retries;
  #isPushing = false;
  #isStopped = false;

  constructor(options: StationOptions) {
    this.#options = options;
    this.#pending = new UploadFolder(join(options.folder, options.name));
    mkdirSync(this.#pending.path, { recursive: true });
    const api = new StationApi(options.url, options.key);
    const target = () => Promise.resolve({ api, supportsMarks: true });
    this.#retries = new Retries(
      {
        list: () => this.#pending.list(),
        push: async (pending) => {
          this.#isPushing = true;
          try {
            const pushed = await this.#pending.withLock(pending, (now) =>
              uploadPending(this.#pending, now, target, () => fastClock.now()),
            );
            const result = this.results.find(({ serial }) => serial === pending.serial_number);
            if (pushed !== undefined && 'runId' in pushed && result !== undefined) result.run = pushed.runId;
          } finally {
            this.#isPushing = false;
          }
        },
        reportError: (error) => this.problems.push(String(error)),
      },
      fastClock,
    );
  }

  get acknowledged(): number {
    return this.results.filter(({ run }) => run !== null).length;
  }

  /** Returns why the last tries of what waits have failed. */
  async reasons(): Promise<string> {
    return (await this.#pending.list()).map(({ id, isBusy, tried }) => `${id} ${isBusy} ${tried?.message}`).join('\n');
  }

  get #waiting(): number {
    return readdirSync(this.#pending.path).filter((name) => !name.startsWith('.')).length;
  }

  /** Produces results until it is over. Resolves when all of them are acknowledged. */
  async work(isOver: () => boolean, random: () => number): Promise<void> {
    while (!isOver() && !this.#isStopped) {
      // A bench tests on while the server is away, but not forever.
      if (this.#waiting < 4) this.#saveResult();
      // Rounds that overlap would count the tries of a result twice; the delays are too short for that here.
      if (!this.#isPushing) this.#retries.schedule(0);
      await delay(500 + random() * 1000);
    }
    while (this.#waiting > 0 && !this.#isStopped) await delay(50);
    this.stop();
  }

  stop(): void {
    this.#isStopped = true;
    this.#retries.dispose();
  }

  /** Saves a result as the runner does that could not push it. */
  #saveResult(): void {
    const n = this.results.length;
    const kind = kinds[n % kinds.length] ?? 'v1';
    const serial = `${this.#options.name}-${n}`;
    const startedAt = Date.now();
    const part = join(this.#pending.path, `.${serial}`);
    mkdirSync(part);
    const attachments = kind === 'openhtf' ? [{ name: 'trace.txt', mimetype: 'text/plain', file: 'file-0' }] : [];
    writeFileSync(join(part, 'file-0'), `trace of ${serial}`);
    writeFileSync(join(part, 'body.json'), JSON.stringify(bodies[kind](serial, startedAt, this.#options.procedure)));
    const station = { id: this.#options.id, name: this.#options.name };
    const place = { instance: 'lab', server: 'the lab', station };
    const rest = { id: `of ${serial}`, kind, place, script: 'main.py', pid: 1, serial_number: serial };
    writeFileSync(join(part, 'handed.json'), JSON.stringify({ status: null, message: 'Connection refused' }));
    writeFileSync(
      join(part, 'entry.json'),
      JSON.stringify({ ...rest, outcome: 'PASS', started_at: startedAt, attachments }),
    );
    this.results.push({ serial, kind, run: null });
    renameSync(part, join(this.#pending.path, serial));
  }
}

const bodies: Record<StationResult['kind'], (serial: string, startedAt: number, procedure: string) => unknown> = {
  v1: (serial_number, startedAt) => ({
    unit_under_test: { serial_number, part_number },
    run_passed: true,
    procedure_id,
    phases: phases((name) => ({
      name,
      outcome: 'PASS',
      start_time_millis: startedAt,
      end_time_millis: startedAt + 1000,
      measurements: [{ name: 'voltage', outcome: 'PASS', measured_value: 3.3, units: 'V' }],
    })),
  }),
  v2: (serial_number, startedAt, procedure) => ({
    outcome: 'PASS',
    procedure_id: procedure,
    serial_number,
    part_number,
    started_at: new Date(startedAt).toISOString(),
    ended_at: new Date(startedAt + 1000).toISOString(),
    phases: phases((name) => ({
      name,
      outcome: 'PASS',
      started_at: new Date(startedAt).toISOString(),
      ended_at: new Date(startedAt + 1000).toISOString(),
      measurements: [{ name: 'voltage', outcome: 'PASS', measured_value: 3.3, units: 'V' }],
    })),
  }),
  openhtf: (dut_id, start_time_millis) => ({
    dut_id,
    start_time_millis,
    end_time_millis: start_time_millis + 1000,
    outcome: 'PASS',
    metadata: { procedure_id, part_number },
    phases: phases((name) => ({
      name,
      outcome: 'PASS',
      start_time_millis,
      end_time_millis: start_time_millis + 1000,
      measurements: { voltage: { name: 'voltage', outcome: 'PASS', measured_value: 3.3 } },
    })),
  }),
};

const phases = (phase: (name: string) => unknown): unknown[] =>
  Array.from({ length: phaseCount }, (_, n) => phase(`Step ${n}`));
