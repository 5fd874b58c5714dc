import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StationApi } from '../../src/extension/client/stationApi.ts';
import { RunnerProcess } from '../../src/extension/run/process/runnerProcess.ts';
import { Retries } from '../../src/extension/run/uploads/retries.ts';
import { UploadFolder } from '../../src/extension/run/uploads/uploadFolder.ts';
import { uploadPending } from '../../src/extension/run/uploads/uploadPending.ts';
import { local } from '../../src/shared/contract/local.ts';
import { procedures } from '../../src/shared/contract/procedures.ts';
import { type Run, runs } from '../../src/shared/contract/runs.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { CuttingProxy } from '../support/cuttingProxy.ts';
import { SetClock } from '../support/setClock.ts';
import { runPlan } from './runPlan.ts';

const hour = 60 * 60_000;

export interface PushBenchOptions {
  /** Of the station. */
  readonly name: string;
  /** Where scripts and kept results go. */
  readonly folder: string;
  /** Address of the server. */
  readonly url: string;
  /** What is asked behind the bad network: address and key of a user. */
  readonly behind: { readonly url: string; readonly userKey: string };
  readonly random: () => number;
  readonly supportsMarks: boolean;
}

/** A station whose scripts push over a bad network, and the window that pushes what they have left. */
export class PushBench {
  readonly box: UploadFolder;
  readonly proxy: CuttingProxy;
  readonly procedure: string;
  readonly #options: PushBenchOptions;
  readonly #station: { id: string; key: string };
  readonly #clock = new SetClock();

  private constructor(
    options: PushBenchOptions,
    proxy: CuttingProxy,
    box: UploadFolder,
    station: { id: string; key: string; procedure: string },
  ) {
    this.#options = options;
    this.proxy = proxy;
    this.box = box;
    this.#station = station;
    this.procedure = station.procedure;
  }

  /** Creates the station and links it to the procedure FVT1, which is created when it is missing. */
  static async start(options: PushBenchOptions): Promise<PushBench> {
    const behind = new StationApi(options.behind.url, options.behind.userKey);
    const proxy = await CuttingProxy.start(options.url, options.random);
    const box = new UploadFolder(join(options.folder, 'outbox'));
    await box.ensure();
    const found = (await behind.call(procedures.list)).data[0]?.id;
    const body = { name: 'Functional test', identifier: 'FVT1' };
    const procedure = found ?? (await behind.call(procedures.create, { body })).id;
    const { id } = await behind.call(stations.create, { body: { name: options.name, procedure_id: procedure } });
    const key = (await behind.call(local.generateKey, { params: { id } })).api_key;
    return new PushBench(options, proxy, box, { id, key, procedure });
  }

  /** Runs a script as the editor does. Returns what it printed and reported. */
  async run(name: string, text: string): Promise<string> {
    let told = '';
    const script = join(this.#options.folder, `${name}.py`);
    writeFileSync(script, text);
    const plan = runPlan({
      script,
      folder: this.#options.folder,
      url: this.proxy.url,
      station: this.#station,
      box: this.box,
    });
    const process_ = await RunnerProcess.start(plan, {
      event: (event) => {
        told += `${JSON.stringify(event)}\n`;
        if (event.event !== 'procedure_request') return;
        const { request_id, procedure_id } = event;
        process_.send({ command: 'procedure_response', request_id, procedure_id: procedure_id ?? 'FVT1' });
      },
      output: (text) => (told += text),
      protocolError: (message) => assert.fail(message),
      childDied: () => assert.fail('there is no child'),
    });
    await process_.ended;
    return told;
  }

  /** Does what the window does in the hours that follow. Returns how often a push was tried. */
  async pushTheRest(): Promise<number> {
    let tries = 0;
    const api = new StationApi(this.proxy.url, this.#station.key);
    const target = () => Promise.resolve({ api, supportsMarks: this.#options.supportsMarks });
    const retries = new Retries(
      {
        list: () => this.box.list(),
        push: (result) => {
          tries += 1;
          return this.box.withLock(result, (now) => uploadPending(this.box, now, target, () => this.#clock.now()));
        },
        reportError: (error) => assert.fail(String(error)),
      },
      this.#clock,
    );
    retries.schedule(0);
    for (let hours = 0; (await this.box.list()).length > 0; hours += 1) {
      assert.ok(hours < 100, JSON.stringify(await this.box.list()));
      await this.#clock.pass(hour);
    }
    retries.dispose();
    return tries;
  }

  /** Returns the runs of a unit that the server has. */
  async runsOf(serial: string): Promise<Run[]> {
    const { url, userKey } = this.#options.behind;
    const behind = new StationApi(url, userKey);
    const { data } = await behind.call(runs.list, { query: { serial_numbers: [serial] } });
    return Promise.all(data.map(({ id }) => behind.call(runs.get, { params: { id } })));
  }

  stop(): Promise<void> {
    return this.proxy.stop();
  }
}
