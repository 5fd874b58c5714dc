import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import type { StationItem } from '../../../src/extension/connection/stationSource.ts';
import { pythonSection, type PythonState } from '../../../src/extension/doctor/python.ts';
import { examineLocalServer } from '../../../src/extension/doctor/server.ts';
import { stationsSection } from '../../../src/extension/doctor/stations.ts';
import type { ServerAddress } from '../../../src/shared/contract/local.ts';

/** An interpreter that works and has these packages. */
const python = (version: string, packages: Record<string, string | null>) => (): Promise<PythonState> =>
  Promise.resolve({
    command: ['python3'],
    source: 'PATH',
    inside: { executable: '/usr/bin/python3', version, packages },
  });

describe('the problems that the Doctor reports about Python', () => {
  const problemsOf = async (state: () => Promise<PythonState>, isTrusted = true): Promise<string> =>
    (await pythonSection(isTrusted, state)).problems?.join('\n') ?? '';

  it('are empty when the interpreter and its packages are installed', async () => {
    for (const version of ['3.10.0', '3.14.1', '4.0.0']) {
      assert.equal(await problemsOf(python(version, { openhtf: '1.6', tofupilot: '2.0' })), '');
    }
  });

  it('name the missing packages', async () => {
    assert.match(
      await problemsOf(python('3.12.1', { openhtf: null, tofupilot: '2.0' })),
      /^openhtf is not installed in /,
    );
    assert.match(
      await problemsOf(python('3.12.1', { openhtf: null, tofupilot: null })),
      /^openhtf and tofupilot are not /,
    );
  });

  it('report an interpreter that is too old before its packages', async () => {
    for (const version of ['2.7.18', '3.9.21']) {
      const problems = await problemsOf(python(version, { openhtf: null, tofupilot: null }));
      assert.match(
        problems,
        /^Python [\d.]+ in \/usr\/bin\/python3 is too old\. Install Python 3\.10 or later [^\n]+$/,
      );
    }
  });

  it('name an interpreter that does not work and the setting', async () => {
    const broken = { command: ['py', '-3'], source: 'PATH', inside: { failure: 'spawn ENOENT' } };
    assert.match(
      await problemsOf(() => Promise.resolve(broken)),
      /interpreter py -3 does not work\..*testStations\.python/,
    );
  });

  it('report an untrusted workspace without starting the interpreter', async () => {
    const problems = await problemsOf(() => assert.fail('an interpreter was started'), false);
    assert.match(problems, /not trusted.*Manage Workspace Trust/);
  });
});

describe('the problems that the Doctor reports about stations', () => {
  const bench: StationItem = {
    id: 'station-1',
    name: 'Bench 1',
    group: null,
    procedures: [],
    state: 'unknown',
    stateSince: null,
    pauses: [],
    operatorAddress: null,
    lastSeen: null,
    use: null,
  };
  /** A store whose server reports these stations, the first of which is selected, and its key. */
  const store = (
    stations: readonly StationItem[],
    key: 'here' | 'elsewhere' | null,
    changes: { selected?: undefined; error?: Error } = {},
  ): Parameters<typeof stationsSection>[1] => ({
    refresh: () => Promise.resolve(),
    refreshStation: () => Promise.resolve(),
    details: () => ({
      key: key && { prefix: 'tss_1234', createdAt: null, lastUsedAt: null, isOnThisMachine: key === 'here' },
      week: new Map(),
      goldenChecks: [],
    }),
    stations,
    selected: stations[0],
    error: undefined,
    ...changes,
  });
  /** Secret storage has some key, which the server need not accept. */
  const connection = { hasStoredKey: () => Promise.resolve(true) };
  const problemsOf = async (of: Parameters<typeof stationsSection>[1], answers = true): Promise<string> =>
    (await stationsSection(connection, of, { instance: 'server-1', answers })).problems?.join('\n') ?? '';

  it('are empty when the key of the selected station is on this machine', async () => {
    assert.equal(await problemsOf(store([bench], 'here')), '');
  });

  it('name the missing step', async () => {
    assert.match(await problemsOf(store([], null)), /no station yet\..*Create Station/);
    assert.match(await problemsOf(store([bench], 'here', { selected: undefined })), /No station is selected\..*Select/);
    assert.match(await problemsOf(store([bench], null)), /Bench 1 has no key\..*Generate New Key/);
  });

  it('include a key on this machine that was replaced on the server', async () => {
    assert.match(await problemsOf(store([bench], 'elsewhere')), /key of Bench 1 is not on this machine\. Paste it/);
  });

  it('include the reason why the stations could not be loaded', async () => {
    const error = new Error('You are signed out.');
    assert.match(await problemsOf(store([bench], 'here', { error })), /could not be loaded: You are signed out\./);
  });

  it('are not repeated for a server that does not answer', async () => {
    assert.equal(await problemsOf(store([], null, { error: new Error('offline') }), false), '');
  });
});

describe('the problems that the Doctor reports about the local server', function () {
  this.timeout(10_000);
  const instance = '0f8fad5b-d9cb-469f-a165-70867728950e';
  let folder: string;
  /** Answers the health call as the server of this instance; undefined: it never answers. */
  let answersAs: string | undefined;
  const http = createServer((_, response) => {
    if (answersAs === undefined) return;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ product: 'test-stations', version: '1.0.0', instance: answersAs, capabilities: [] }));
  });
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'doctor-'));
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
    http.closeAllConnections();
    http.close();
  });

  const write = (pid: number, port = listening().port): void => {
    const url = `http://127.0.0.1:${port}`;
    const address: ServerAddress = { url, mqtt: null, instance, version: '1.0.0', pid, data: folder };
    writeFileSync(join(folder, 'server.json'), JSON.stringify(address));
  };
  const listening = (): AddressInfo => {
    const address = http.address();
    assert.ok(address !== null && typeof address === 'object');
    return address;
  };
  const problems = async (): Promise<string> => (await examineLocalServer(folder)).section.problems?.join('\n') ?? '';

  it('report a server that was never started', async () => {
    rmSync(join(folder, 'server.json'), { force: true });
    assert.match(await problems(), /has not been started on this data folder\. Open the Test Stations view/);
  });

  it('are empty when the server answers', async () => {
    answersAs = instance;
    write(process.pid);
    assert.equal(await problems(), '');
  });

  it('report a server that is not running', async () => {
    write(2 ** 30, await unusedPort());
    assert.match(await problems(), /server is not running\. Open the Test Stations view/);
  });

  it('never ask to end another program that has the process id or the port of the server now', async () => {
    write(process.pid, await unusedPort());
    assert.match(await problems(), /server is not running\. Open the Test Stations view/);
    answersAs = '7c9e6679-7425-40de-944b-e07fc1f90ae7';
    write(process.pid);
    assert.match(await problems(), /server is not running\. Open the Test Stations view/);
  });

  it('report a server that hangs, with its process id', async () => {
    answersAs = undefined;
    write(process.pid);
    assert.match(await problems(), new RegExp(`process ${process.pid}\\) does not answer\\. End this process`));
  });
});

async function unusedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  server.close();
  await once(server, 'close');
  return address.port;
}
