import { open, readFile, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { local, type ServerAddress, serverAddress } from '../../shared/contract/local.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import { formatSize } from '../../shared/format/values.ts';
import { ApiError } from '../client/apiError.ts';
import { StationApi } from '../client/stationApi.ts';
import type { Connection } from '../connection/connection.ts';
import type { RemoteServerEntry } from '../connection/serverList.ts';
import { isAlive } from '../vscode/processes.ts';
import { type Fact, lastLines, type SectionContent, valueOrReason, within } from './report.ts';

const healthTimeoutMs = 3_000;
const remoteTimeoutMs = 5_000;
const maxLogLines = 20;
const maxLogBytes = 16_384;
const minFreeBytes = 100_000_000;

export interface ExaminedServer {
  /** Identifies the server in SecretStorage; undefined if it was never started. */
  readonly instance: string | undefined;
  readonly answers: boolean;
  readonly section: SectionContent;
}

export const examineServer = (connection: Connection): Promise<ExaminedServer> =>
  connection.remote === undefined
    ? examineLocalServer(connection.dataFolder)
    : examineRemoteServer(connection, connection.remote);

export async function examineLocalServer(dataFolder: string): Promise<ExaminedServer> {
  const address = await readAddress(dataFolder);
  const health = typeof address === 'string' ? undefined : await readHealth(address);
  const free = await within(healthTimeoutMs, () => freeBytes(dataFolder)).catch((error: unknown) => messageOf(error));
  const facts: Fact[] = [
    ['Kind', 'local'],
    ['Data folder', dataFolder],
    ...(typeof address === 'string' ? [['Address', address] as const] : addressFacts(address)),
    ...(health?.facts ?? []),
    ['Database', await valueOrReason(healthTimeoutMs, () => databaseSize(dataFolder))],
    ['Free disk space', typeof free === 'number' ? formatSize(free) : `not found out: ${free}`],
  ];
  const log = await valueOrReason(healthTimeoutMs, () => endOfLog(join(dataFolder, 'server.log')));
  return {
    instance: typeof address === 'string' ? undefined : address.instance,
    answers: health?.state === 'answers',
    section: {
      facts,
      problems: localProblems(address, health?.state, free),
      quote: { title: 'Last lines of server.log', text: log || 'empty' },
    },
  };
}

function localProblems(
  address: ServerAddress | string,
  health: HealthState | undefined,
  free: number | string,
): string[] {
  const problems: string[] = [];
  const start = 'Open the Test Stations view or run a script to start it.';
  if (typeof address === 'string') {
    problems.push(`The station server has not been started on this data folder. ${start}`);
  } else if (health === 'gone') {
    problems.push(`The station server is not running. ${start}`);
  } else if (health === 'silent') {
    problems.push(
      `The station server (process ${address.pid}) does not answer. End this process; the next command of Test Stations starts the server again.`,
    );
  }
  if (typeof free === 'number' && free < minFreeBytes) {
    problems.push(
      `Only ${formatSize(free)} are free on the disk of the data folder. Free some space: no result can be saved on a full disk.`,
    );
  }
  return problems;
}

async function readAddress(dataFolder: string): Promise<ServerAddress | string> {
  try {
    return serverAddress.parse(JSON.parse(await readFile(join(dataFolder, 'server.json'), 'utf8')));
  } catch (error) {
    return `none: ${messageOf(error)}`;
  }
}

const addressFacts = ({ url, version, pid }: ServerAddress): Fact[] => [
  ['Address', url],
  ['Version at its start', version],
  ['Process', `${pid}, ${isAlive(pid) ? 'running' : 'not running'}`],
];

/** Silent: a process accepts the request and does not answer. Gone: no server of this data folder runs. */
type HealthState = 'answers' | 'silent' | 'gone';

async function readHealth(address: ServerAddress): Promise<{ facts: Fact[]; state: HealthState }> {
  try {
    const health = await within(healthTimeoutMs, () => new StationApi(address.url).call(local.health));
    const own = health.instance === address.instance;
    const facts: Fact[] = [
      ['Health', own ? `answers, version ${health.version}` : 'another server answers at this address'],
      ['Capabilities', health.capabilities.join(', ') || 'none'],
    ];
    return { facts, state: own ? 'answers' : 'gone' };
  } catch (error) {
    // Another program may have the port or the process id of a server that has ended: only a process that accepts the
    // request without an answer can be the server.
    const isGone = error instanceof ApiError;
    return {
      facts: [['Health', `does not answer: ${messageOf(error)}`]],
      state: isGone || !isAlive(address.pid) ? 'gone' : 'silent',
    };
  }
}

async function databaseSize(dataFolder: string): Promise<string> {
  const { size } = await stat(join(dataFolder, 'stations.db'));
  const log = await stat(join(dataFolder, 'stations.db-wal')).catch(() => ({ size: 0 })); // it exists only while the database is in use
  return formatSize(size + log.size);
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

async function endOfLog(file: string): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const start = Math.max(0, size - maxLogBytes);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start);
    return lastLines(buffer.toString('utf8', 0, bytesRead), maxLogLines);
  } finally {
    await handle.close();
  }
}

async function examineRemoteServer(
  connection: Connection,
  { url, caFile }: RemoteServerEntry,
): Promise<ExaminedServer> {
  const facts: Fact[] = [
    ['Kind', 'at an address'],
    ['Address', url],
    ['Own certificate authority', caFile === undefined ? 'no' : 'yes'],
  ];
  const answer = await within(remoteTimeoutMs, () => connection.capabilities()).then(
    (found) => ({ problems: [], capabilities: [...found].join(', ') || 'those of TofuPilot' }),
    (error: unknown) => ({
      problems: [`The server at ${url} is not available: ${messageOf(error)}`],
      capabilities: `not known: ${messageOf(error)}`,
    }),
  );
  facts.push(['Capabilities', answer.capabilities]);
  const { problems } = answer;
  return { instance: url, answers: problems.length === 0, section: { facts, problems } };
}
