import type { McpServer } from '@modelcontextprotocol/server';
import type { CallOperation } from '../../shared/assistant/tool.ts';
import { ToolError } from '../../shared/assistant/toolError.ts';
import type { McpServices } from './mcpServices.ts';

export type ProtocolServer = McpServer['server'];

/** One request of an assistant. */
export interface Session {
  readonly call: CallOperation;
  readonly keyId: string;
  /** The `Authorization` header, whose key must not be recorded. */
  readonly authorization: string;
  readonly services: McpServices;
}

type Outcome<T> = { answer: T } | { refusal: string };

/**
 * Does what a tool or an address asks for, and records it. A refusal is a sentence for the assistant, which names what to
 * do instead.
 */
export async function recorded<T>(
  { keyId, authorization, services }: Session,
  tool: string,
  given: unknown,
  work: () => Promise<T>,
): Promise<Outcome<T>> {
  const startedAtMs = performance.now();
  const outcome = await limited(services, keyId, tool, work);
  await services.record({
    keyId,
    authorization,
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
  work: () => Promise<T>,
): Promise<Outcome<T>> {
  const seconds = services.secondsToWait(keyId);
  if (seconds > 0) {
    return {
      refusal: `Too many calls were made with this key in the last minute. Wait ${seconds} s, then call again.`,
    };
  }
  try {
    return { answer: await work() };
  } catch (error) {
    if (error instanceof ToolError) return { refusal: error.message };
    services.logFailure(`The call of ${tool} by an assistant`, error);
    return {
      refusal: 'The station server failed on this call. Its log has the reason. Do not repeat the call unchanged.',
    };
  }
}
