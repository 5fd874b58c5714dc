import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { lastLines, section, toMarkdown, valueOrReason } from '../../../src/extension/doctor/report.ts';

describe('the Doctor report', () => {
  it('has a line for each fact and quotes text in a fence that the text cannot close', () => {
    const quote = { title: 'Log', text: 'a\n```\nb\n' };
    const text = toMarkdown('Title', 'Words.', [{ title: 'One', facts: [['Name', 'two\n  lines']], quote }]);
    assert.ok(text.endsWith('\n\nWords.\n\n## One\n\n- Name: two lines\n\nLog:\n\n````text\na\n```\nb\n````\n'), text);
  });

  it('begins with the verdict that everything is fine', () => {
    const text = toMarkdown('Title', 'Words.', [{ title: 'One', facts: [], problems: [] }]);
    assert.match(text, /^# Title\n\n\*\*Everything is fine\.\*\* .+\n\nWords\.\n/);
  });

  it('begins with a single problem on one line', () => {
    const text = toMarkdown('Title', 'Words.', [
      { title: 'One', facts: [] },
      { title: 'Two', facts: [], problems: ['It is\n  broken. Fix it.'] },
    ]);
    assert.match(text, /^# Title\n\n\*\*One problem was found\.\*\* It is broken\. Fix it\.\n\nWords\./);
  });

  it('begins with a list of several problems in the order of the sections', () => {
    const text = toMarkdown('Title', 'Words.', [
      { title: 'One', facts: [], problems: ['First.', 'Second.'] },
      { title: 'Two', facts: [], problems: ['Third.'] },
    ]);
    assert.match(
      text,
      /^# Title\n\n\*\*3 problems were found\.\*\*.*\n\n1\. First\.\n2\. Second\.\n3\. Third\.\n\nWords\./,
    );
  });

  it('shows why a section failed', async () => {
    const failed = await section('One', 1000, () => Promise.reject(new Error('no such thing')));
    assert.deepEqual(failed, {
      title: 'One',
      facts: [['Not found out', 'no such thing']],
      problems: ['One could not be examined: no such thing'],
    });
  });

  it('shows why a value is unavailable', async () => {
    assert.equal(await valueOrReason(1000, () => Promise.reject(new Error('gone'))), 'not found out: gone');
  });

  it('stops waiting for a section that hangs', async () => {
    const hung = await section('One', 10, () => new Promise(() => undefined));
    assert.deepEqual(hung.facts, [['Not found out', 'no answer within 0.01 s']]);
  });

  it('quotes the last lines of a text', () => {
    assert.equal(lastLines('1\n2\n3\n', 2), '2\n3');
  });
});
