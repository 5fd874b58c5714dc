import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import { serverPrompts } from '../../shared/assistant/serverPrompts.ts';
import { oneLine } from '../../shared/format/oneLine.ts';
import type { ProtocolServer } from './session.ts';

const maxArgumentLength = 300;

export function offerPrompts(server: ProtocolServer): void {
  server.setRequestHandler('prompts/list', () => ({
    prompts: serverPrompts.map(({ name, title, description, arguments: all }) => ({
      name,
      title,
      description,
      arguments: all.map(({ name: argument, description: meaning, isRequired }) => ({
        name: argument,
        description: meaning,
        required: isRequired,
      })),
    })),
  }));
  server.setRequestHandler('prompts/get', ({ params }) => {
    const prompt = serverPrompts.find(({ name }) => name === params.name);
    if (prompt === undefined) throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'There is no such prompt.');
    const given = params.arguments ?? {};
    const missing = prompt.arguments.find(({ name, isRequired }) => isRequired && !given[name]?.trim());
    if (missing !== undefined) {
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Give ${missing.name}: ${missing.description}`);
    }
    const values = Object.fromEntries(
      prompt.arguments.map(({ name }): [string, string] => [
        name,
        oneLine(given[name]?.trim() ?? '', maxArgumentLength),
      ]),
    );
    return {
      description: prompt.description,
      messages: [{ role: 'user' as const, content: { type: 'text' as const, text: prompt.text(values) } }],
    };
  });
}
