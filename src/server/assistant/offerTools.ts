import { type CallToolResult, ProtocolError, ProtocolErrorCode, type Tool } from '@modelcontextprotocol/server';
import type * as z from 'zod';
import { serverTools } from '../../shared/assistant/serverTools.ts';
import type { ServerTool } from '../../shared/assistant/tool.ts';
import { ToolError } from '../../shared/assistant/toolError.ts';
import { toolSchema } from '../../shared/assistant/toolSchema.ts';
import { type ProtocolServer, recorded, type Session } from './session.ts';
import { isObject, sentArguments } from './wellFormedCalls.ts';

const maxFaults = 5;

let listed: Tool[] | undefined;
export function offerTools(server: ProtocolServer, session: Session): void {
  server.setRequestHandler('tools/list', () => ({
    tools: (listed ??= serverTools.map((tool) => listedTool(tool, session))),
  }));
  server.setRequestHandler('tools/call', ({ params: { name: called, arguments: given = {} } }) => {
    const tool = serverTools.find(({ name }) => name === called);
    return tool === undefined ? refuseTool(called, given, session) : callTool(tool, given, session);
  });
}

type Given = Readonly<Record<string, unknown>>;

async function refuseTool(name: string, given: Given, session: Session): Promise<never> {
  const names = serverTools.map((tool) => tool.name).join(', ');
  const unknown = `There is no such tool. The tools are ${names}.`;
  // Recorded under the method: the name of the tool is a text of the assistant.
  const outcome = await recorded<never>(session, 'tools/call', { name, arguments: sentArguments(given) }, () =>
    Promise.reject(new ToolError(unknown)),
  );
  throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'refusal' in outcome ? outcome.refusal : unknown);
}

const listedTool = (
  { name, title, description, input, output, isReadOnly, isIdempotent, appUri }: ServerTool,
  { services }: Session,
): Tool => ({
  name,
  title,
  description,
  inputSchema: toolSchema(input.strict()),
  outputSchema: toolSchema(output),
  annotations: {
    title,
    readOnlyHint: isReadOnly,
    destructiveHint: false,
    idempotentHint: isIdempotent,
    openWorldHint: false,
  },
  // Clients without MCP Apps ignore it. Over HTTP, those with a handshake do not repeat what they support.
  ...(appUri === undefined || services.runAppHtml === null ? {} : { _meta: { ui: { resourceUri: appUri } } }),
});

async function callTool(tool: ServerTool, given: Given, session: Session): Promise<CallToolResult> {
  const outcome = await recorded(session, tool.name, sentArguments(given), async () =>
    tool.output.parse(await tool.answer(inputOf(tool, given), session.call)),
  );
  if ('refusal' in outcome) return { isError: true, content: [{ type: 'text', text: outcome.refusal }] };
  const { answer } = outcome;
  // Some clients show the model the text only, and others the structured content only.
  const text = `${summary(tool, answer)}\n${JSON.stringify(answer)}`;
  return { content: [{ type: 'text', text }], structuredContent: answer };
}

/** A field that the tool does not have is refused: without a misspelled filter, an answer would be about something else. */
function inputOf({ input }: ServerTool, given: Given): Record<string, unknown> {
  const sent = sentArguments(given);
  const parsed = input.strict().safeParse(sent);
  if (parsed.success) return parsed.data;
  const fields = Object.keys(input.shape);
  const known = fields.length > 0 ? `The fields are ${fields.join(', ')}.` : 'This tool has no fields.';
  const wrong = isObject(sent) ? faults(parsed.error) : 'The arguments must be a JSON object.';
  throw new ToolError(`The input is not valid. ${wrong} ${known} Correct the input, then call again.`);
}

const faults = ({ issues }: z.ZodError): string =>
  issues
    .slice(0, maxFaults)
    .map(({ path, message }) => `${[path.join('.'), message].filter(Boolean).join(': ')}.`)
    .join(' ');

/** Returns how many entries each list of an answer has. It contains no text of the answer, which is untrusted. */
function summary({ title }: ServerTool, answer: Readonly<Record<string, unknown>>): string {
  const counts = Object.entries(answer).flatMap(([name, value]) =>
    Array.isArray(value) ? [`${name.replaceAll('_', ' ')}: ${value.length}`] : [],
  );
  return counts.length > 0 ? `${title}. ${counts.join(', ')}.` : `${title}.`;
}
