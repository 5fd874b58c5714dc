import {
  type CallToolResult,
  createMcpHandler,
  type McpHttpHandler,
  type McpRequestContext,
  McpServer,
  ProtocolError,
  ProtocolErrorCode,
} from '@modelcontextprotocol/server';
import * as z from 'zod';
import { instructions } from '../../shared/assistant/instructions.ts';
import { serverTools } from '../../shared/assistant/serverTools.ts';
import type { CallOperation } from '../../shared/assistant/tool.ts';
import { ToolError } from '../../shared/assistant/toolError.ts';
import { parseExactly } from '../../shared/contract/exactJson.ts';
import { callTool } from './callTool.ts';
import { listedTools } from './listedTools.ts';
import type { McpServices } from './mcpServices.ts';

// This is a bundle of its own, loaded at the first request: it shares no classes with the rest of the server, only values.

/** What the route passes on of a request whose key it has checked. */
const caller = z.object({ token: z.string(), clientId: z.string(), extra: z.object({ origin: z.string() }) });

export const createMcp = (services: McpServices): McpHttpHandler =>
  createMcpHandler((context) => serverFor(services, context), {
    onerror: () => undefined, // Clients cause these, and get them as answers.
  });

/** Each request has a server of its own, so the lists are made once and not by it. */
function serverFor(services: McpServices, { authInfo }: McpRequestContext): McpServer {
  const { token, clientId: keyId, extra } = caller.parse(authInfo);
  const from = { authorization: `Bearer ${token}`, origin: extra.origin };
  const call: CallOperation = async (operation, input = {}) => {
    const answer = await services.call(operation.id, input, from);
    if ('refusal' in answer) throw new ToolError(answer.refusal);
    return parse<(typeof operation)['answer']>(operation.answer, parseExactly(answer.json));
  };
  const mcp = new McpServer(
    { name: 'test-stations', title: 'Test Stations', version: services.version },
    { instructions, capabilities: { tools: {} } },
  );
  mcp.server.setRequestHandler('tools/list', () => ({ tools: listedTools() }));
  mcp.server.setRequestHandler('tools/call', async ({ params }): Promise<CallToolResult> => {
    const tool = serverTools.find(({ name }) => name === params.name);
    if (tool === undefined) {
      const names = serverTools.map(({ name }) => name).join(', ');
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no such tool. The tools are ${names}.`);
    }
    return callTool(tool, params.arguments ?? {}, { call, keyId, services });
  });
  return mcp;
}

const parse = <S extends z.ZodType>(schema: S, value: unknown): z.output<S> => schema.parse(value);
