import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after } from 'mocha';
import { allPages } from '../../../src/extension/client/pages.ts';
import { StationApi } from '../../../src/extension/client/stationApi.ts';
import { createUserKey } from '../../../src/extension/connection/serverProcess.ts';
import { serverAddress } from '../../../src/shared/contract/local.ts';
import { local } from '../../../src/shared/contract/local.ts';
import { procedures } from '../../../src/shared/contract/procedures.ts';
import { type Run, type RunListItem, runs } from '../../../src/shared/contract/runs.ts';
import { stations } from '../../../src/shared/contract/stations.ts';
import { scriptFile } from '../../support/scripts.ts';
import { root } from './places.ts';
import { until } from './until.ts';
import { useWorkbench } from './useWorkbench.ts';
import type { Workbench } from './workbench.ts';

/** The interpreter with the newest openhtf and tofupilot. */
export function python(): string {
  const [newest] = (process.env['TEST_PYTHONS'] ?? '').split(delimiter);
  if (!newest) throw new Error('TEST_PYTHONS is not set. Run these tests by "npm test -- e2e", which sets it.');
  return newest;
}

/** A user's machine: a folder with scripts, and the data folder of the station server that the window starts. */
export class Bench {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'ts-bench-')));
  readonly workspace: string;
  readonly data = join(this.folder, 'data');
  #api: StationApi | undefined;

  /** @param workspace a folder that exists; by default one of its own */
  constructor(workspace?: string) {
    this.workspace = workspace ?? join(this.folder, 'workspace');
    if (workspace === undefined) mkdirSync(this.workspace);
  }

  /** Puts a script of the fixtures or of the samples into the workspace. */
  script(name: string, as = name): string {
    cpSync(scriptFile(name), join(this.workspace, as));
    return join(this.workspace, as);
  }

  write(name: string, text: string): string {
    writeFileSync(join(this.workspace, name), text);
    return join(this.workspace, name);
  }

  remove(name: string): void {
    rmSync(join(this.workspace, name), { force: true });
  }

  read(name: string): string {
    return readFileSync(join(this.workspace, name), 'utf8');
  }

  /** Has the next script that looks for `go` wait, as `waiting.py` does. */
  hold(): void {
    for (const name of ['go', 'waiting']) this.remove(name);
  }

  /** Waits until a script waits: the Test Results may still show what an earlier one printed. */
  async scriptWaits(): Promise<void> {
    await until(() => existsSync(join(this.workspace, 'waiting')), { what: 'a script that waits' });
  }

  release(): void {
    this.write('go', '');
  }

  /** The address of the server that the window started. */
  address(): ReturnType<typeof serverAddress.parse> {
    return serverAddress.parse(JSON.parse(readFileSync(join(this.data, 'server.json'), 'utf8')));
  }

  /** Calls to the window's own server, with a user key of the test. */
  async api(): Promise<StationApi> {
    this.#api ??= new StationApi(
      this.address().url,
      await createUserKey({ program: join(root, 'dist', 'server.js'), dataFolder: this.data }, 'tests'),
    );
    return this.#api;
  }

  async runs(): Promise<RunListItem[]> {
    const api = await this.api();
    return allPages((query) => api.call(runs.list, { query }));
  }

  async run(id: string): Promise<Run> {
    return (await this.api()).call(runs.get, { params: { id } });
  }

  /** Makes, beside the window, a procedure that is linked to the station of this name. */
  async linkedProcedure(station: string, identifier: string): Promise<void> {
    await this.link(station, await this.procedure(identifier));
  }

  /** Links, beside the window, a procedure to the station of this name. @param procedure_id of the server */
  async link(station: string, procedure_id: string): Promise<void> {
    const params = { id: await this.stationId(station), procedure_id };
    await (await this.api()).call(local.linkProcedure, { params });
  }

  /** Makes, beside the window, a procedure that no station is linked to. @returns its id */
  async procedure(identifier: string, name = identifier): Promise<string> {
    return (await (await this.api()).call(procedures.create, { body: { name, identifier } })).id;
  }

  async stationId(name: string): Promise<string> {
    const { data } = await (await this.api()).call(stations.list, { query: { search_query: name } });
    const station = data.find((each) => each.name === name);
    if (station === undefined) throw new Error(`The server has no station ${name}.`);
    return station.id;
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/**
 * Inside a `describe`: a window on the bench, for all its tests; the bench is removed after them.
 * @param env variables of the window's environment; read when the window starts, so that an earlier hook can set them
 */
export function useBench(
  bench: Bench,
  settings: Record<string, unknown> = {},
  env: Record<string, string> = {},
): { workbench: () => Workbench } {
  const workbench = useWorkbench({ machineSettings: { ...settingsOf(bench), ...settings }, env });
  after(() => bench.dispose());
  return { workbench };
}

/** The same on a folder that is not trusted, where nobody is asked whether it is. */
export function useUntrustedBench(bench: Bench): { workbench: () => Workbench } {
  const userSettings = { 'security.workspace.trust.startupPrompt': 'never' };
  const workbench = useWorkbench({ trust: false, userSettings, machineSettings: settingsOf(bench) });
  after(() => bench.dispose());
  return { workbench };
}

export function settingsOf(bench: Bench): Record<string, unknown> {
  return { 'testStations.dataFolder': bench.data, 'testStations.python': python() };
}

/** Pastes a key that was made elsewhere, and waits until it is kept: that is after the box has closed. */
export async function pasteKey(window: Workbench, station: string, key: string): Promise<void> {
  const elsewhere = window.tree('Stations').row(/not on this machine/).locator;
  await elsewhere.waitFor();
  await window.tree('Stations').row(station).menu('Paste Key…');
  await window.quickInput.opened(`Key of ${station}`);
  await window.quickInput.fill(key);
  await window.quickInput.accept();
  await elsewhere.waitFor({ state: 'detached' });
}

/** The results on disk that a window has not uploaded yet: the names of their folders. */
export function pendingUploads(window: Workbench): string[] {
  const folder = join(window.server.data, 'User', 'globalStorage', 'test-stations.test-stations', 'outbox');
  return existsSync(folder) ? readdirSync(folder).filter((name) => !name.startsWith('.')) : [];
}

/** Creates a station by the palette, as its user does. */
export async function createStation(window: Workbench, name: string): Promise<void> {
  await window.command('Test Stations: Create Station…');
  await window.quickInput.opened('Create station');
  await window.quickInput.fill(name);
  await window.quickInput.accept();
  await window.notification(`Station ${name} is ready`).locator.waitFor();
}

/** Adds a TofuPilot server by the palette, and signs in to it. */
export async function addTofuPilot(
  window: Workbench,
  { url, userKey }: { url: string; userKey: string },
): Promise<void> {
  await window.command('Test Stations: Add TofuPilot Server…');
  await window.quickInput.opened('Add TofuPilot server (1/2)');
  await window.quickInput.fill(url);
  await window.quickInput.accept();
  await window.quickInput.opened('Add TofuPilot server (2/2)');
  await window.quickInput.fill(userKey);
  await window.quickInput.accept();
  await window.quickInput.closed();
}

/** Saves where it is offered, under a name like this. @returns what is in the file then */
export async function saveAs(window: Workbench, bench: Bench, name: RegExp): Promise<string> {
  return (await saveAsBytes(window, bench, name)).toString();
}

export async function saveAsBytes(window: Workbench, bench: Bench, name: RegExp): Promise<Buffer> {
  await window.quickInput.saveAs(name);
  const notification = window.notification(/^Saved as /);
  const file = /^Saved as (.+)\.$/.exec(await notification.text())?.[1] ?? '';
  await notification.close();
  return readFileSync(join(bench.workspace, file));
}
