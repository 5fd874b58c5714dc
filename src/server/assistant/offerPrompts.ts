import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import type { Skill } from '../../shared/assistant/skill.ts';
import { oneLine } from '../../shared/format/oneLine.ts';
import type { ProtocolServer } from './session.ts';

const maxSubjectLength = 300;

/** Offers each skill as a prompt, for clients that read no skills. */
export function offerPrompts(server: ProtocolServer, skills: readonly Skill[]): void {
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
