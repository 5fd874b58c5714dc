import { after, before } from 'mocha';
import { local } from '../../src/shared/contract/local.ts';
import { procedures } from '../../src/shared/contract/procedures.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { TestClient } from './requests.ts';
import { startServer, temporaryFolder, type TestServer } from './support.ts';

export const adminKey = 'the-admin-key-of-the-server-tests';

/** A station with its key, and a client that uses it. */
export interface TestStation {
  id: string;
  key: string;
  client: TestClient;
}

/** A running server for one suite, and its user. */
export interface TestBench {
  readonly folder: string;
  readonly server: TestServer;
  readonly user: TestClient;
  /** Ends the server and starts it again on the same folder. */
  restart(end: (server: TestServer) => Promise<unknown>): Promise<void>;
  /** Makes a station with a key, linked to these procedures. */
  station(name: string, ...procedureIds: string[]): Promise<TestStation>;
  procedure(name: string, identifier?: string): Promise<string>;
}

/** Starts a server of its own for the suite in which this is called. @param env further variables for it @param args further options */
export function useServer(env: NodeJS.ProcessEnv = {}, args: readonly string[] = []): TestBench {
  const folder = temporaryFolder();
  let server: TestServer;
  const start = async (): Promise<void> => {
    server = await startServer(folder, { ...env, TEST_STATIONS_ADMIN_KEY: adminKey }, args);
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
