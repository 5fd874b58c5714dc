import { after, before } from 'mocha';
import { local } from '../../src/shared/contract/local.ts';
import { procedures } from '../../src/shared/contract/procedures.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { isPostgres } from '../support/postgres.ts';
import { TestClient } from './requests.ts';
import { type RunningServer, startServer, startServerHere, temporaryFolder, type TestServer } from './support.ts';

export const adminKey = 'the-admin-key-of-the-server-tests';

/** A station with its key, and a client that uses it. */
export interface TestStation {
  id: string;
  key: string;
  client: TestClient;
}

/** A running server for one suite, and its user. */
export interface TestBench<S extends RunningServer = RunningServer> {
  readonly folder: string;
  readonly server: S;
  readonly user: TestClient;
  /** Ends the server and starts it again on the same folder. */
  restart(end: (server: S) => Promise<unknown>): Promise<void>;
  /** Makes a station with a key, linked to these procedures. */
  station(name: string, ...procedureIds: string[]): Promise<TestStation>;
  procedure(name: string, identifier?: string): Promise<string>;
}

/** Starts a server in this process for the suite in which this is called. @param args its options */
export const useServer = (args: readonly string[] = []): TestBench =>
  useStarted((folder) =>
    isPostgres
      ? startServer(folder, { TEST_STATIONS_ADMIN_KEY: adminKey }, args)
      : startServerHere(folder, adminKey, args),
  );

/**
 * Starts a process of the server for the suite in which this is called. It is for tests that end the process, read its log, or
 * depend on its environment.
 * @param env further variables for it
 * @param args further options
 */
export const useServerProcess = (env: NodeJS.ProcessEnv = {}, args: readonly string[] = []): TestBench<TestServer> =>
  useStarted((folder) => startServer(folder, { ...env, TEST_STATIONS_ADMIN_KEY: adminKey }, args));

function useStarted<S extends RunningServer>(startOn: (folder: string) => Promise<S>): TestBench<S> {
  const folder = temporaryFolder();
  let server: S;
  const start = async (): Promise<void> => {
    server = await startOn(folder);
  };
  before(start);
  after(() => server.stop());

  const user = (): TestClient => new TestClient(server.url, adminKey);
  return {
    folder,
    get server() {
      return server;
    },
    get user() {
      return user();
    },
    restart: async (end) => {
      await end(server);
      await start();
    },
    station: async (name, ...procedureIds) => {
      const { id } = await user().call(stations.create, { body: { name } });
      for (const procedure_id of procedureIds) await user().call(local.linkProcedure, { params: { id, procedure_id } });
      const { api_key: key } = await user().call(local.generateKey, { params: { id } });
      return { id, key, client: new TestClient(server.url, key) };
    },
    procedure: async (name, identifier) => {
      const body = identifier === undefined ? { name } : { name, identifier };
      return (await user().call(procedures.create, { body })).id;
    },
  };
}
