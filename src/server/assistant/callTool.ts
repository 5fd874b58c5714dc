import type { CallToolResult } from '@modelcontextprotocol/server';
import type * as z from 'zod';
import type { CallOperation, ServerTool } from '../../shared/assistant/tool.ts';
import { ToolError } from '../../shared/assistant/toolError.ts';
import type { McpServices } from './mcpServices.ts';

interface Session {
  readonly call: CallOperation;
  readonly keyId: string;
  readonly services: McpServices;
}

/** Calls a tool and records the call. An error is a sentence for the assistant, which names the field and the remedy. */
export async function callTool(tool: ServerTool, given: unknown, session: Session): Promise<CallToolResult> {
  const startedAtMs = performance.now();
  const outcome = await answerOf(tool, given, session);
  await session.services.record({
    keyId: session.keyId,
    tool: tool.name,
    arguments: given,
    result: 'answer' in outcome ? outcome.answer : outcome.refusal,
    isError: 'refusal' in outcome,
    durationMs: performance.now() - startedAtMs,
  });
  if ('refusal' in outcome) return { isError: true, content: [{ type: 'text', text: outcome.refusal }] };
  const { answer } = outcome;
  // Some clients show the model the text only, and others the structured content only.
  const text = `${summary(tool, answer)}\n${JSON.stringify(answer)}`;
  return { content: [{ type: 'text', text }], structuredContent: answer };
}

type Outcome = { answer: Record<string, unknown> } | { refusal: string };

async function answerOf(tool: ServerTool, given: unknown, { call, keyId, services }: Session): Promise<Outcome> {
  const seconds = services.secondsToWait(keyId);
  if (seconds > 0) {
    return { refusal: `This key has called too many tools in the last minute. Wait ${seconds} s, then call again.` };
  }
  const input = tool.input.strict().safeParse(given);
  if (!input.success) return { refusal: inputRefusal(tool, input.error) };
  try {
    return { answer: tool.output.parse(await tool.answer(input.data, call)) };
  } catch (error) {
    if (error instanceof ToolError) return { refusal: error.message };
    services.logFailure(`The tool ${tool.name}`, error);
    return { refusal: 'The station server failed on this call. Its log tells why.' };
  }
}

function inputRefusal({ input }: ServerTool, { issues }: z.ZodError): string {
  const faults = issues.slice(0, 5).map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': '));
  const fields = Object.keys(input.shape);
  const known = fields.length > 0 ? `The fields are ${fields.join(', ')}.` : 'This tool takes no fields.';
  return `The input is not valid. ${faults.join('. ')}. ${known} Correct the input, then call again.`;
}

/** Returns how many entries each list of an answer has. The texts of the answer are no part of it: they are untrusted. */
function summary({ title }: ServerTool, answer: Record<string, unknown>): string {
  const counts = Object.entries(answer).flatMap(([name, value]) =>
    Array.isArray(value) ? [`${name.replaceAll('_', ' ')}: ${value.length}`] : [],
  );
  return counts.length > 0 ? `${title}. ${counts.join(', ')}.` : `${title}.`;
}
