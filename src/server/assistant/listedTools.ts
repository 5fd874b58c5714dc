import type { Tool } from '@modelcontextprotocol/server';
import { serverTools } from '../../shared/assistant/serverTools.ts';
import { toolSchema } from '../../shared/assistant/toolSchema.ts';

let listed: Tool[] | undefined;

/** Returns the tools as `tools/list` answers them. */
export function listedTools(): Tool[] {
  listed ??= serverTools.map(({ name, title, description, input, output, isReadOnly, isIdempotent }) => ({
    name,
    title,
    description,
    inputSchema: { ...toolSchema(input), additionalProperties: false },
    outputSchema: toolSchema(output),
    annotations: {
      title,
      readOnlyHint: isReadOnly,
      destructiveHint: false,
      idempotentHint: isIdempotent,
      openWorldHint: false,
    },
  }));
  return listed;
}
