import { McpServer, ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { createParser } from 'eventsource-parser';
import * as z from 'zod';
import { instructions } from '../../shared/assistant/instructions.ts';
import { errorAnswer } from '../../shared/contract/common.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import { mcpCapabilities, mcpIdentity } from './mcpIdentity.ts';

export type PostToServer = (body: string, signal: AbortSignal) => Promise<Response>;

/** For its capabilities, the SDK answers these with lists of its own, which are empty. */
const forwarded = [
  'tools/list',
  'tools/call',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'prompts/list',
  'prompts/get',
  'completion/complete',
] as const;

const jsonRpcAnswer = z.union([
  z.object({ result: z.record(z.string(), z.unknown()) }),
  z.object({ error: z.object({ code: z.number(), message: z.string(), data: z.unknown().optional() }) }),
]);

/** Passes every request on to `/mcp` of a station server, which answers, limits and records it like each other request. */
export function serveOverStdio(post: PostToServer, version: string): void {
  serveStdio(
    () => {
      const mcp = new McpServer(mcpIdentity(version), { instructions, capabilities: mcpCapabilities });
      for (const method of forwarded) mcp.server.removeRequestHandler(method);
      mcp.server.fallbackRequestHandler = ({ method, params }, { mcpReq }) =>
        forward(post, method, params, mcpReq.signal);
      return mcp;
    },
    { onerror: (error) => console.error(`A message of the assistant was refused: ${error.message}`) },
  );
}

async function forward(
  post: PostToServer,
  method: string,
  params: Readonly<Record<string, unknown>> | undefined,
  signal: AbortSignal,
): Promise<Record<string, unknown>> {
  // The envelope of newer clients is for the connection that it came from.
  const { _meta: _, ...rest } = params ?? {};
  const answer = await answerOf(post, JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: rest }), signal);
  if ('result' in answer) return answer.result;
  throw new ProtocolError(answer.error.code, answer.error.message, answer.error.data);
}

async function answerOf(post: PostToServer, body: string, signal: AbortSignal): Promise<z.infer<typeof jsonRpcAnswer>> {
  try {
    const response = await post(body, signal);
    const text = await response.text();
    if (!response.ok) throw new Error(refusalIn(response.status, text));
    return jsonRpcAnswer.parse(JSON.parse(firstEvent(text)));
  } catch (error) {
    // The reason for which nothing arrived is the cause of a failed fetch.
    const isUnreachable = error instanceof Error && error.cause instanceof Error;
    const message = isUnreachable
      ? `The station server could not be reached (${messageOf(error.cause)}).`
      : messageOf(error);
    throw new ProtocolError(ProtocolErrorCode.InternalError, message);
  }
}

function firstEvent(text: string): string {
  const events: string[] = [];
  createParser({ onEvent: ({ data }) => events.push(data) }).feed(text);
  return events[0] ?? text;
}

function refusalIn(status: number, text: string): string {
  if (status === 404) return 'This station server has no interface for assistants. Update it, then try again.';
  try {
    return errorAnswer.parse(JSON.parse(text)).message;
  } catch {
    return `The station server answered with status ${status}.`;
  }
}
