import type { AssistantPrompt } from './prompt.ts';

/** The prompts of the MCP server, in the order in which users see them. */
export const serverPrompts: readonly AssistantPrompt[] = [];
