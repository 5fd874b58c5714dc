import {
  createMcpHandler,
  type McpHttpHandler,
  type McpRequestContext,
  McpServer,
  ProtocolError,
  ProtocolErrorCode,
} from '@modelcontextprotocol/server';
import * as z from 'zod';
import { instructions } from '../../shared/assistant/instructions.ts';
import type { Skill } from '../../shared/assistant/skill.ts';
import type { CallOperation } from '../../shared/assistant/tool.ts';
import { ToolError } from '../../shared/assistant/toolError.ts';
import { parseExactly } from '../../shared/contract/exactJson.ts';
import { oneLine } from '../../shared/format/oneLine.ts';
import { mcpCapabilities, mcpIdentity } from './mcpIdentity.ts';
import type { McpServices } from './mcpServices.ts';
import { offerResources } from './offerResources.ts';
import { offerTools } from './offerTools.ts';
import type { ProtocolServer } from './session.ts';
import { wellFormedCalls } from './wellFormedCalls.ts';

// This is in a bundle of its own, loaded at the first request: it shares values with the rest of the server, but no classes.

/** What the route passes on of a request whose key it has checked; `token` is its `Authorization` header. */
const caller = z.object({ token: z.string(), clientId: z.string(), extra: z.object({ origin: z.string() }) });

/**
 * Returns the MCP server as a handler of HTTP requests. It stores nothing between requests: each one has a server object of
 * its own, so that what is costly, such as the list of tools, is made outside of it.
 */
export function createMcp(services: McpServices): Pick<McpHttpHandler, 'fetch'> {
  const handler = createMcpHandler((context) => serverFor(services, context), {
    onerror: (error) => services.logRefusal(error),
  });
  return {
    fetch: (request, options) =>
      handler.fetch(request, {
        ...options,
        ...(options?.parsedBody === undefined ? {} : { parsedBody: wellFormedCalls(options.parsedBody) }),
      }),
  };
}

function serverFor(services: McpServices, { authInfo }: McpRequestContext): McpServer {
  const { token: authorization, clientId: keyId, extra } = caller.parse(authInfo);
  const from = { authorization, origin: extra.origin };
  const call: CallOperation = async (operation, input = {}) => {
    const answer = await services.call(operation.id, input, from);
    if ('refusal' in answer) throw new ToolError(answer.refusal);
    const parsed = parse<(typeof operation)['answer']>(operation.answer, parseExactly(answer.json));
    return services.withoutSecrets(parsed, authorization);
  };
  const mcp = new McpServer(mcpIdentity(services.version), { instructions, capabilities: mcpCapabilities });
  const session = { call, keyId, services };
  offerTools(mcp.server, session);
  offerResources(mcp.server, session);
  offerPrompts(mcp.server, services.skills);
  return mcp;
}

const parse = <S extends z.ZodType>(schema: S, value: unknown): z.output<S> => schema.parse(value);

const maxSubjectLength = 300;

/** Offers each skill as a prompt, for clients that read no skills. */
function offerPrompts(server: ProtocolServer, skills: readonly Skill[]): void {
  server.setRequestHandler('prompts/list', () => ({
    prompts: skills.map(({ name, title, description }) => ({
      name,
      title,
      description,
      arguments: [
        {
          name: 'subject',
          description: 'What it is about, such as a serial number, a measurement, or a procedure.',
          required: false,
        },
      ],
    })),
  }));
  server.setRequestHandler('prompts/get', ({ params }) => {
    const skill = skills.find(({ name }) => name === params.name);
    if (skill === undefined) throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'There is no such prompt.');
    const subject = oneLine(params.arguments?.['subject']?.trim() ?? '', maxSubjectLength);
    const text = subject === '' ? skill.text : `${skill.text}\nIt is about: ${subject}\n`;
    return {
      description: skill.description,
      messages: [{ role: 'user' as const, content: { type: 'text' as const, text } }],
    };
  });
}
