import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { readSkill } from '../../../src/shared/assistant/skill.ts';

describe('a skill', () => {
  it('has the lines of its front matter and its heading, and a text that may have them, too', () => {
    const text = '# Set limits\n\nname: other\n---\n\n# Second heading\n\nEnd.\n';
    assert.deepEqual(
      { ...readSkill(`---\nname: set-limits\ndescription: Sets limits.\n---\n\n${text}`) },
      { name: 'set-limits', description: 'Sets limits.', title: 'Set limits', text },
    );
  });
});
