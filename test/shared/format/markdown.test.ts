import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { escapeMarkdown } from '../../../src/shared/format/markdown.ts';

describe('a name in Markdown', () => {
  it('stays as it is where it has letters, digits and spaces', () => {
    assert.equal(escapeMarkdown('Prüfstand 7'), 'Prüfstand 7');
  });

  it('has every sign that could mean something escaped', () => {
    assert.equal(escapeMarkdown('[a](command:b)'), String.raw`\[a\]\(command\:b\)`);
    assert.equal(escapeMarkdown('**a** `b` <c> &lt; d_e'), String.raw`\*\*a\*\* \`b\` \<c\> \&lt\; d\_e`);
    assert.equal(escapeMarkdown('https://a.b'), String.raw`https\:\/\/a\.b`);
  });

  it('is on one line and without icons', () => {
    assert.equal(escapeMarkdown('a\n\n# b'), String.raw`a \# b`);
    assert.ok(!escapeMarkdown('$(trash)').replaceAll('\\', '').includes('$('));
  });
});
