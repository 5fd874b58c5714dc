import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as z from 'zod';
import { configurationFor, type ConfiguredServer } from '../../../src/extension/assistant/clientConfiguration.ts';

const local: ConfiguredServer = {
  url: 'http://127.0.0.1:4711/mcp',
  node: '/usr/bin/node',
  serverProgram: '/extensions/test stations/dist/server.js',
  dataFolder: '/home/me/data',
};
const remote: ConfiguredServer = { ...local, url: 'https://bench.example:8443/mcp', dataFolder: undefined };
const record = z.record(z.string(), z.unknown());
const parsed = (text: string): unknown => JSON.parse(text);

describe('the configuration for other assistants', () => {
  it('asks for the key in VS Code', () => {
    assert.deepEqual(parsed(configurationFor('vscode', local)), {
      inputs: [
        {
          type: 'promptString',
          id: 'test-stations-key',
          description: 'User key of the station server',
          password: true,
        },
      ],
      servers: {
        'test-stations': {
          type: 'http',
          url: 'http://127.0.0.1:4711/mcp',
          headers: { Authorization: 'Bearer ${input:test-stations-key}' },
        },
      },
    });
  });

  it('names an environment variable for Claude Code and Cursor, which no shell replaces by the key', () => {
    const command = configurationFor('claudeCode', local);
    const [, entry] = /^claude mcp add-json test-stations '([^']+)'$/.exec(command) ?? [];
    assert.deepEqual(parsed(entry ?? ''), {
      type: 'http',
      url: 'http://127.0.0.1:4711/mcp',
      headers: { Authorization: 'Bearer ${TEST_STATIONS_KEY}' },
    });
    assert.deepEqual(parsed(configurationFor('cursor', remote)), {
      mcpServers: {
        'test-stations': {
          url: 'https://bench.example:8443/mcp',
          headers: { Authorization: 'Bearer ${env:TEST_STATIONS_KEY}' },
        },
      },
    });
  });

  it('starts a program for Claude Desktop: with the data folder, or with the server elsewhere and a place-holder', () => {
    const servers = (place: ConfiguredServer): unknown =>
      record.parse(record.parse(parsed(configurationFor('claudeDesktop', place)))['mcpServers'])['test-stations'];
    assert.deepEqual(servers(local), {
      command: '/usr/bin/node',
      args: ['/extensions/test stations/dist/server.js', 'mcp', '--data', '/home/me/data'],
      env: { ELECTRON_RUN_AS_NODE: '1' },
    });
    assert.deepEqual(servers(remote), {
      command: '/usr/bin/node',
      args: ['/extensions/test stations/dist/server.js', 'mcp', '--server', 'https://bench.example:8443'],
      env: { ELECTRON_RUN_AS_NODE: '1', TEST_STATIONS_KEY: '<user key>' },
    });
  });
});
