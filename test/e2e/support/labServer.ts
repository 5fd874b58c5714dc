import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from './places.ts';

/** A station server of a lab, as the package contains it. */
export interface LabServer {
  readonly url: string;
  readonly adminKey: string;
  stop(): Promise<void>;
}

export async function startLabServer(
  data: string,
  port: number,
  args: readonly string[],
  env: Record<string, string>,
): Promise<LabServer> {
  const url = `http://127.0.0.1:${port}`;
  const adminKey = 'the-admin-key-of-the-lab-server-of-the-tests';
  const child = spawn(
    process.execPath,
    [join(root, 'dist', 'server.js'), '--data', data, '--port', String(port), '--public-url', url, ...args],
    { env: { ...process.env, ...env, TEST_STATIONS_ADMIN_KEY: adminKey }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await Promise.race([
    once(createInterface(child.stdout), 'line'),
    once(child, 'exit').then(() => Promise.reject(new Error('The lab server ended at once.'))),
  ]);
  return {
    url,
    adminKey,
    stop: async () => {
      child.kill();
      await once(child, 'exit');
    },
  };
}
