import type { Implementation, ServerCapabilities } from '@modelcontextprotocol/server';

export const mcpIdentity = (version: string): Implementation => ({
  name: 'test-stations',
  title: 'Test Stations',
  version,
});

/** The lists of a server never change while it runs, so no client is notified of changes. */
export const mcpCapabilities: ServerCapabilities = { tools: {}, resources: {}, prompts: {}, completions: {} };
