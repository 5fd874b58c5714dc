import assert from 'node:assert/strict';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { describe, it } from 'mocha';
import { serverTools } from '../../../src/shared/assistant/serverTools.ts';
import { assistant } from '../../../src/shared/contract/assistantActivity.ts';
import { adminKey, useServer } from '../bench.ts';

/** The revisions of the protocol: until 2025 with a handshake, from 2026 without one. */
const eras = ['legacy', 'auto'] as const;

for (const mode of eras) {
  describe(`the official MCP client (${mode})`, () => {
    const bench = useServer();

    async function connect(key = adminKey): Promise<Client> {
      const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
      const headers = { Authorization: `Bearer ${key}` };
      await client.connect(
        new StreamableHTTPClientTransport(new URL('/mcp', bench.server.url), { requestInit: { headers } }),
      );
      return client;
    }

    it('lists the tools and calls one', async () => {
      const { id } = await bench.station('Bench 1');
      const client = await connect();
      const { tools } = await client.listTools();
      assert.deepEqual(
        tools.map(({ name }) => name),
        serverTools.map(({ name }) => name),
      );
      const { structuredContent, isError } = await client.callTool({ name: 'list_stations', arguments: {} });
      assert.equal(isError ?? false, false);
      assert.match(JSON.stringify(structuredContent), new RegExp(id));
      await client.close();
      const { data } = await bench.user.call(assistant.activity);
      assert.equal(data[0]?.tool, 'list_stations');
    });
  });
}
