import type { McpServer } from '@modelcontextprotocol/server';
import type { CallOperation } from '../../shared/assistant/tool.ts';
import { ToolError } from '../../shared/assistant/toolError.ts';
import { oneLine, withoutIsolates } from '../../shared/format/oneLine.ts';
import type { McpServices } from './mcpServices.ts';

export type ProtocolServer = McpServer['server'];

export interface Session {
  readonly call: CallOperation;
  readonly keyId: string;
  readonly services: McpServices;
}

const maxArgumentsLength = 2_000;

const sentence = (text: string): string => withoutIsolates(oneLine(text, 2 * maxArgumentsLength));

type Outcome<T> = { answer: T } | { refusal: string };

export async function recorded<T>(
  { keyId, services }: Session,
  tool: string,
  given: unknown,
  work: () => Promise<T>,
): Promise<Outcome<T>> {
  const startedAtMs = performance.now();
  const outcome = await limited(services, keyId, tool, given, work);
  await services.record({
    keyId,
    tool,
    arguments: given,
    result: 'answer' in outcome ? outcome.answer : outcome.refusal,
    isError: 'refusal' in outcome,
    durationMs: performance.now() - startedAtMs,
  });
  return outcome;
}

async function limited<T>(
  services: McpServices,
  keyId: string,
  tool: string,
  given: unknown,
  work: () => Promise<T>,
): Promise<Outcome<T>> {
  const seconds = services.secondsToWait(keyId);
  if (seconds > 0) {
    return {
      refusal: `Too many calls were made with this key in the last minute. Wait ${seconds} s, then call again.`,
    };
  }
  // Refusals quote arguments, so that what is too long to be meant would make an answer too long.
  if (JSON.stringify(given).length > maxArgumentsLength) {
    return {
      refusal: `The arguments are longer than ${maxArgumentsLength} characters. Shorten them, then call again.`,
    };
  }
  try {
    return { answer: await services.inTurn(keyId, work) };
  } catch (error) {
    if (error instanceof ToolError) return { refusal: sentence(error.message) };
    services.logFailure(`The call of ${tool} by an assistant`, error);
    return {
      refusal: 'The station server failed on this call. Its log has the reason. Do not repeat the call unchanged.',
    };
  }
}
