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

// This is a bundle of its own, loaded at the first request: it shares no classes with the rest of the server, only values.

/** What the MCP server needs of the station server. */
export interface McpServices {
  readonly version: string;
  /** Calls an operation, and returns its answer as JSON text, or why there is none. */
  call(
    operationId: string,
    input: { readonly params?: unknown; readonly query?: unknown; readonly body?: unknown },
    from: { readonly authorization: string; readonly origin: string },
  ): Promise<{ json: string } | { refusal: string }>;
  /** Counts a call of a tool. */
  secondsToWait(keyId: string): number;
  /** Records a call of a tool with what it answered. */
  record(call: RecordedCall): Promise<void>;
  /** Logs an error in this code, which no sentence explains. */
  logFailure(what: string, error: unknown): void;
}

export interface RecordedCall {
  readonly keyId: string;
  readonly tool: string;
  readonly arguments: unknown;
  readonly result: unknown;
  readonly isError: boolean;
  readonly durationMs: number;
}

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
