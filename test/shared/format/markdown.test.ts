import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { escapeMarkdown, inlineCode } from '../../../src/shared/format/markdown.ts';

describe('a name in Markdown', () => {
  it('keeps letters, digits and spaces in Markdown', () => {
    assert.equal(escapeMarkdown('Prüfstand 7'), 'Prüfstand 7');
  });

  it('escapes every character with a meaning in Markdown', () => {
    assert.equal(escapeMarkdown('[a](command:b)'), String.raw`\[a\]\(command\:b\)`);
    assert.equal(escapeMarkdown('**a** `b` <c> &lt; d_e'), String.raw`\*\*a\*\* \`b\` \<c\> \&lt\; d\_e`);
    assert.equal(escapeMarkdown('https://a.b'), String.raw`https\:\/\/a\.b`);
  });

  it('puts a name on one line without icons', () => {
    assert.equal(escapeMarkdown('a\n\n# b'), String.raw`a \# b`);
    assert.ok(!escapeMarkdown('$(trash)').replaceAll('\\', '').includes('$('));
  });
});

describe('inline code in Markdown', () => {
  it('keeps every character of a line, and fences backticks', () => {
    assert.equal(inlineCode('SN-001 *a* [b](c) <d>'), '`SN-001 *a* [b](c) <d>`');
    assert.equal(inlineCode('a `b` c'), '`` a `b` c ``');
    assert.equal(inlineCode('```'), '```` ``` ````');
    assert.equal(inlineCode(' a\n\n# b '), '`a # b`');
    assert.equal(inlineCode(''), '``');
  });
});
