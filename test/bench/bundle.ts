import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { serverAddress, serverNodeOptions } from '../../src/shared/contract/local.ts';
import { procedures } from '../../src/shared/contract/procedures.ts';
import { users } from '../../src/shared/contract/users.ts';
import { TestClient } from '../server/requests.ts';

const bundle = resolve(import.meta.dirname, '../../dist/server.js');
export const benchKey = 'the-admin-key-of-the-benchmarks-of-the-server';

export interface BundledServer {
  url: string;
  /** From the start of the process until it answered that it is well. */
  startMillis: number;
  newProcedure(): Promise<string>;
  userId(): Promise<string>;
  residentMegabytes(): number;
  /** The most it ever had. */
  mostMegabytes(): number;
  /** The processor time that it has used. */
  cpuSeconds(): number;
  /** The processor time of its main thread, in milliseconds. */
  mainThreadMillis(): number;
  stop(): Promise<void>;
}

/** Starts dist/server.js, or another program, as the extension does. @param env in addition to that of this process */
export async function startBundle(data: string, program = bundle, env: NodeJS.ProcessEnv = {}): Promise<BundledServer> {
  const start = performance.now();
  const child = spawn(process.execPath, [...serverNodeOptions, program, '--data', data], {
    env: { ...process.env, ...env, TEST_STATIONS_ADMIN_KEY: benchKey },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = await new Promise<string>((settle) => createInterface(child.stdout).once('line', settle));
  const { url } = serverAddress.parse(JSON.parse(line));
  await fetch(`${url}/api/local/health`);
  const startMillis = performance.now() - start;
  const client = new TestClient(url, benchKey);
  return {
    url,
    startMillis,
    newProcedure: async () => (await client.call(procedures.create, { body: { name: 'Benchmark' } })).id,
    userId: async () => (await client.call(users.list))[0]?.id ?? '',
    residentMegabytes: () => megabytes(child.pid, 'VmRSS'),
    mostMegabytes: () => megabytes(child.pid, 'VmHWM'),
    cpuSeconds: () => cpuSeconds(child.pid),
    mainThreadMillis: () =>
      Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6,
    stop: async () => {
      child.kill();
      await once(child, 'close');
    },
  };
}

const statOf = (pid: number | string | undefined): string[] =>
  readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];

/** Linux counts in hundredths of a second. */
function cpuSeconds(pid: number | undefined): number {
  const fields = statOf(pid);
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** The processor time of PostgreSQL on this machine: of its first process, with those that have ended, and of those that run. */
export function postgresCpuSeconds(backend: number): number {
  const first = statOf(backend)[1];
  const ended = statOf(first)
    .slice(11, 15)
    .reduce((sum, each) => sum + Number(each), 0);
  const children = readFileSync(`/proc/${first}/task/${first}/children`, 'utf8').trim().split(' ');
  return ended / 100 + children.reduce((sum, pid) => sum + cpuSeconds(Number(pid)), 0);
}

const megabytes = (pid: number | undefined, what: 'VmRSS' | 'VmHWM'): number =>
  Number(new RegExp(`^${what}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
