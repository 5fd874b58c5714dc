import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { serverProgram } from '../support.ts';

/** `legacy`: the revisions with a handshake, which ended in 2025. `auto`: the one without, from 2026. */
export type Era = 'legacy' | 'auto';
export const eras: readonly Era[] = ['legacy', 'auto'];

const createClient = (mode: Era): Client =>
  new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });

export async function connectOverHttp(url: string, key: string, era: Era): Promise<Client> {
  const client = createClient(era);
  const headers = { Authorization: `Bearer ${key}` };
  await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', url), { requestInit: { headers } }));
  return client;
}

/** Starts `server.js mcp` as an assistant would. @param args such as `--data` and a folder */
export async function connectOverStdio(
  args: readonly string[],
  era: Era,
  env: Record<string, string> = {},
): Promise<Client> {
  const client = createClient(era);
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', serverProgram, 'mcp', ...args],
      env,
      stderr: 'ignore',
    }),
  );
  return client;
}
